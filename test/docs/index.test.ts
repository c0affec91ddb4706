/** docs/README.md leads to every page of the documents. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listFiles, readDocument } from './markdown.ts';

const INDEX = 'docs/README.md';

/** Pages below docs that a document links to, in order. */
function linkedPages(document: string): string[] {
  return [...document.matchAll(/\]\(([^)\s#]+\.md)[^)]*\)/g)]
    .map(([, target = '']) => join('docs', target))
    .filter((path) => path.startsWith('docs/'));
}

const linked = linkedPages(readDocument(INDEX));

test('each page below docs is in the index', () => {
  const pages = listFiles('docs').filter((path) => path.endsWith('.md') && path !== INDEX);
  expect(pages.length).toBeGreaterThan(40);
  expect(pages.filter((path) => !linked.includes(path))).toEqual([]);
});

test('no page is there twice', () => {
  expect(linked.filter((path, at) => linked.indexOf(path) !== at)).toEqual([]);
});

test('each task is a question, under its folder', () => {
  const tasks = [...readDocument(INDEX).matchAll(/^\| ([^|]+) \| \[[^|]+\]\(how-to\//gm)];
  expect(tasks.length).toBeGreaterThan(10);
  expect(tasks.map(([, question = '']) => question).filter((text) => !text.endsWith('?'))).toEqual(
    [],
  );
});

test('the name of a decision is its heading', () => {
  const rows = [...readDocument(INDEX).matchAll(/^\| \d{4} \| \[(.+)\]\((decisions\/.+)\) \|$/gm)];
  for (const [, name, path] of rows) {
    expect
      .soft(
        readDocument(`docs/${path}`)
          .split('\n')[0]
          ?.replace(/^# (\d+\. )?/, ''),
      )
      .toBe(name);
  }
});
