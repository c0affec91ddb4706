import { expect, test } from 'vitest';
import type { ListedVersion } from '../../../src/repository/leaderboard/leaderboard.ts';
import { type Selection, selectVersions } from '../../../src/repository/leaderboard/select.ts';

function version(tag: string, more: Partial<ListedVersion>): ListedVersion {
  return { tag, branches: [], date: '', scores: {}, languages: {}, ...more } as ListedVersion;
}

const LANGUAGES = { 'a-en/dev': 'en', 'a-de/dev': 'de' };
const VERSIONS = [
  version('v10', {
    ...{ branches: ['main'], date: '2026-03-01', author: 'B', modelBytes: 30, latencyMs: null },
    ...{ scores: { 'a-en/dev': 0.7, 'a-de/dev': 0.6 }, languages: LANGUAGES },
  }),
  version('v9', {
    ...{ branches: ['german', 'main'], date: '2026-02-01', author: 'A', modelBytes: 10 },
    ...{ latencyMs: 3, scores: { 'a-en/dev': 0.8 }, languages: { 'a-en/dev': 'en' } },
  }),
  version('v2', {
    ...{ branches: [], date: '2026-04-01', author: 'C', modelBytes: 20, latencyMs: 1 },
    ...{ scores: { 'a-de/dev': 0.9 }, languages: { 'a-de/dev': 'de' } },
  }),
];

const select = (selection: Partial<Selection>) =>
  selectVersions(VERSIONS, { sort: 'date', minScores: new Map(), ...selection });
const tags = (selection: Partial<Selection>) => select(selection).map(({ tag }) => tag);

test.each([
  ['date', ['v2', 'v10', 'v9']],
  ['tag', ['v10', 'v9', 'v2']],
  ['branch', ['v9', 'v10', 'v2']],
  ['author', ['v9', 'v10', 'v2']],
  ['size', ['v9', 'v2', 'v10']],
  // Without a value, at the end.
  ['latency', ['v2', 'v9', 'v10']],
  ['a-en/dev', ['v9', 'v10', 'v2']],
  ['a-de/dev', ['v2', 'v10', 'v9']],
])('sorted by %s', (sort, expected) => {
  expect(tags({ sort })).toEqual(expected);
});

test('filters: branch, language, lowest score', () => {
  expect(tags({ branch: 'main' })).toEqual(['v10', 'v9']);
  expect(tags({ branch: 'none' })).toEqual([]);
  expect(tags({ minScores: new Map([['a-en/dev', 0.7]]) })).toEqual(['v10', 'v9']);
  expect(tags({ minScores: new Map([['a-en/dev', 0.701]]) })).toEqual(['v9']);
  const german = select({ language: 'de', sort: 'a-de/dev' });
  expect(german.map(({ tag, scores }) => [tag, scores])).toEqual([
    ['v2', { 'a-de/dev': 0.9 }],
    ['v10', { 'a-de/dev': 0.6 }],
  ]);
});

test.each<[Partial<Selection>, string]>([
  [{ sort: 'constructor' }, '--sort: expected one of a-de/dev, a-en/dev, author, branch, date'],
  [{ language: 'fr' }, '--language: expected one of de, en; found fr'],
  [{ minScores: new Map([['b/dev', 0.5]]) }, '--min-score: expected one of a-de/dev, a-en/dev;'],
])('%j is refused, with what there is', (selection, message) => {
  expect(() => select(selection)).toThrow(message);
});
