/** docs/how-to/canary.md has what the chart's values have: each judgement and what it needs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../support/server.ts';

const { canary } = parse(
  readFileSync(join(ROOT, 'deploy', 'helm', 'tweet-sentiment', 'values.yaml'), 'utf8'),
) as { canary: { thresholds: Record<string, number>; minimum: Record<string, number> } };
const text = readFileSync(join(ROOT, 'docs/how-to/canary.md'), 'utf8');

/** The cells of the table whose first column is called `judgement`. */
const rows = (/\n\| judgement \|.+\n\|[ -|]+\n((?:\|.+\n)+)/.exec(text)?.[1] ?? '')
  .trimEnd()
  .split('\n')
  .map((row) => row.split('|').map((cell) => cell.trim()));

test('it has each judgement', () => {
  expect(rows.map(([, name]) => name?.replaceAll('`', '')).sort()).toEqual(
    Object.keys(canary.thresholds).sort(),
  );
});

test('it has what each of them needs', () => {
  const needed = rows.flatMap(([, , , needs]) => [...(needs ?? '').matchAll(/`(\w+)`/g)]);
  expect([...new Set(needed.map(([, name]) => name))].sort()).toEqual(
    Object.keys(canary.minimum).sort(),
  );
});
