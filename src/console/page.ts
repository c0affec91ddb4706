/** The files of the console as a browser gets them: the page, and the runbook that it shows. */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { consoleFolder } from '../entry-points.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Reads them all, about 2 MB. @returns them by name. */
export function readPage(): ReadonlyMap<string, { type: string; bytes: Buffer }> {
  const folder = consoleFolder();
  return new Map(
    readdirSync(folder).flatMap((name) => {
      const type = TYPES[extname(name)];
      return type ? [[name, { type, bytes: readFileSync(join(folder, name)) }]] : [];
    }),
  );
}
