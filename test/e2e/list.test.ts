/** The leaderboard of the shipped versions, by the command. */
import { expect, test } from 'vitest';
import { MULTILINGUAL, PINNED } from '../support/pinned.ts';
import { runCommand } from '../support/server.ts';

const list = (...args: string[]) => runCommand(['models', 'list', ...args]);
const tagsOf = (json: string) =>
  (JSON.parse(json) as { tag: string | null }[]).map(({ tag }) => tag);

test('filters and sorts, as JSON', async () => {
  const german = await list('--min-score', 'umsab-de/dev=0.7', '--json');
  expect(JSON.parse(german.stdout)).toMatchObject([
    { commit: MULTILINGUAL, languages: { 'umsab-de/dev': 'de' } },
    { tag: null, branches: ['german'] },
  ]);
  const sorted = await list('--sort', 'semeval-en/dev', '--branch', 'main', '--json');
  expect(tagsOf(sorted.stdout)).toEqual(['v2.0.0', 'v1.0.0', 'v0.1.0']);
  const all = await list('--all', '--json');
  expect(JSON.parse(all.stdout)).toHaveLength(10);
});

test('a language: its data sets only', async () => {
  const { stdout, code } = await list('--language', 'de', '--sort', 'umsab-de/dev');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ +umsab\n +de\n +dev\nv2\.0\.0 +76\.9\n/m);
  expect(stdout).toMatch(/^macro recall, in %$/m);
  expect(stdout).toContain(`production: ${PINNED}\n`);
  const none = await list('--branch', 'elsewhere');
  expect(none.stdout).toMatch(/^no version of tweet-sentiment in .* is left by the filters\n$/);
});

test.each([
  [['--sort', 'colour'], '--sort: expected one of author, branch, date, latency, '],
  [['--language', 'xx'], '--language: expected one of ar, de, en, es, fr, hi, it, pt; found xx'],
  [['--min-score', 'semeval-en/dev'], 'expected a number from 0 to 1'],
])('%j is refused', async (args, message) => {
  const { code, stderr } = await list(...args);
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
});
