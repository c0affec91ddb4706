/** docs/reference/metrics.md: what it calls recorded is in the shipped rules; `test/e2e/docs.test.ts` compares the rest. */
import { expect, test } from 'vitest';
import { codeSpans, listFiles, promqlOf, readDocument } from './markdown.ts';

const page = readDocument('docs/reference/metrics.md');
const recorded = new Set(
  listFiles('deploy/prometheus')
    .filter((path) => /\/recording[\w-]*\.yml$/.test(path))
    .flatMap((path) => [...readDocument(path).matchAll(/^ +- record: (\S+)$/gm)])
    .map(([, name]) => name),
);

test('names recorded series that the shipped rules have', () => {
  const named = [...codeSpans(page), ...promqlOf(page)].flatMap(
    (text) => text.match(/\b[a-z_]+:[a-z_]+:\w+/g) ?? [],
  );
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !recorded.has(name))).toEqual([]);
});

test('has a query for each heading below "Queries"', () => {
  const [, section = ''] = /^## Queries\n([\s\S]+?)^## /m.exec(page) ?? [];
  const parts = section.split(/^### /m).slice(1);
  expect(parts.map((part) => promqlOf(part).length)).toEqual(parts.map(() => 1));
});
