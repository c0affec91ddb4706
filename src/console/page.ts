/** The files of the console as a browser gets them. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the build makes of `browser/`: its TypeScript compiled, the rest copied. */
const FOLDER = fileURLToPath(new URL('../../dist/console/browser', import.meta.url));
const CHARTS = dirname(createRequire(import.meta.url).resolve('uplot'));

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Reads them all, about 100 kB. @returns them by name. */
export function readPage(): ReadonlyMap<string, { type: string; bytes: Buffer }> {
  const paths = new Map([
    ...readdirSync(FOLDER).map((name) => [name, join(FOLDER, name)] as const),
    ['uplot.js', join(CHARTS, 'uPlot.iife.min.js')],
    ['uplot.css', join(CHARTS, 'uPlot.min.css')],
  ]);
  return new Map(
    [...paths].flatMap(([name, path]) => {
      const type = TYPES[extname(name)];
      return type ? [[name, { type, bytes: readFileSync(path) }]] : [];
    }),
  );
}
