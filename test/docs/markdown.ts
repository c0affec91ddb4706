/** Reads the project's documents: sections, tables, code spans. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from '../support/server.ts';

/** @param path from the project's root, such as `docs/reference/http.md`. */
export function readDocument(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The paths of the project's documents, without the changelog, which is about the past. */
export function listDocuments(): string[] {
  return [
    ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'SUPPORT.md', 'CODE_OF_CONDUCT.md'],
    ...['models/README.md', 'python/README.md', 'bench/peers/README.md'],
    '.github/pull_request_template.md',
    ...listFiles('docs').filter((path) => path.endsWith('.md')),
    'deploy/helm/tweet-sentiment/README.md',
  ];
}

/** The paths of the files in a folder and in those below it. */
export function listFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

/**
 * The body rows of the only table whose first header cell is `header`, each as its cells.
 *
 * @throws where there is no such table, or more than one.
 */
export function tableRows(markdown: string, header: string): string[][] {
  const tables = tablesOf(markdown, header);
  if (tables.length !== 1) {
    throw new Error(`expected one table that begins with "${header}", found ${tables.length}`);
  }
  return tables[0] as string[][];
}

/** The body rows of each table whose first header cell is `header`. */
export function tablesOf(markdown: string, header: string): string[][][] {
  return markdown
    .split(/\n(?!\|)/)
    .map((block) => block.split('\n').filter((line) => line.startsWith('|')))
    .map((lines) => lines.map(cellsOf))
    .filter(([first]) => first?.[0] === header)
    .map((rows) => rows.slice(2));
}

function cellsOf(line: string): string[] {
  return line
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim());
}

/** The texts in backticks, in order. */
export function codeSpans(markdown: string): string[] {
  return [...markdown.matchAll(/`([^`\n]+)`/g)].map(([, text]) => text as string);
}

/** The queries in blocks of PromQL, in order. */
export function promqlOf(markdown: string): string[] {
  return [...markdown.matchAll(/^```promql\n([\s\S]+?)\n```$/gm)].map(
    ([, query]) => query as string,
  );
}
