/** The leaderboard of the shipped versions, by the command. */
import { expect, test } from 'vitest';
import { HISTORY } from '../support/history.ts';
import { PINNED } from '../support/pinned.ts';
import { runCommand } from '../support/server.ts';

const list = (...args: string[]) => runCommand(['models', 'list', ...args]);
const tagsOf = (json: string) =>
  (JSON.parse(json) as { tag: string | null }[]).map(({ tag }) => tag);

test('filters and sorts, as JSON', async () => {
  const german = await list('--min-score', 'umsab-de/dev=0.7', '--json');
  const found = JSON.parse(german.stdout) as {
    scores: Record<string, number>;
    branches: string[];
    tag: string | null;
  }[];
  expect(found).toContainEqual(expect.objectContaining({ tag: null, branches: ['german'] }));
  expect(found.map(({ tag }) => tag)).not.toContain('v1.0.0');
  expect(Math.min(...found.map(({ scores }) => scores['umsab-de/dev'] ?? 0))).toBeGreaterThan(0.7);
  const sorted = await list('--sort', 'semeval-en/dev', '--branch', 'main', '--json');
  const tags = tagsOf(sorted.stdout);
  expect(tags).not.toContain('v1.1.0');
  const known = ['v2.0.0', 'v1.0.0', 'v0.1.0'];
  expect(tags.filter((tag) => known.includes(tag ?? ''))).toEqual(known);
  const all = await list('--all', '--json');
  expect(JSON.parse(all.stdout)).toHaveLength(HISTORY.length);
});

test('a language: its data sets only', async () => {
  const { stdout, code } = await list('--language', 'de', '--sort', 'umsab-de/dev');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^ +umsab\n +de\n +dev\n(?:.+\n)*v2\.0\.0 +76\.9\n/m);
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
