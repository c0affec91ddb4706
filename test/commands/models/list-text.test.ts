import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatList, formatPercent } from '../../../src/commands/models/list-text.ts';
import { openRepository } from '../../../src/repository/git.ts';
import { readLeaderboard } from '../../../src/repository/leaderboard/leaderboard.ts';
import { columnsOf } from '../../../src/terminal/columns.ts';
import { createFolderStore } from '../../../src/version/stores/folder.ts';
import { BUNDLE } from '../../support/history.ts';
import { MODEL, PINNED, PINNED_TAG } from '../../support/pinned.ts';
import { ROOT } from '../../support/server.ts';

async function shipped() {
  const repository = await openRepository(BUNDLE);
  try {
    const store = createFolderStore(join(ROOT, 'models'));
    return await readLeaderboard({ store, model: MODEL, repository, all: false });
  } finally {
    await repository.close();
  }
}

test.each([80, 100, 140])('in %i columns: two tables and the aliases', async (columns) => {
  const { versions, aliases } = await shipped();
  const measured = versions.map((version) => ({ ...version, latencyMs: 12.34 }));
  const text = formatList(measured, aliases, columns);
  const lines = text.split('\n');
  expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(columns);
  const rows = lines.filter((line) => / 12\.3( |$)/.test(line));
  expect(rows.filter((line) => line.startsWith('*'))).toEqual([
    expect.stringMatching(`^\\* ${PINNED.slice(0, 7)} {2}${PINNED_TAG} .+ {2}12\\.3 {2}store`),
  ]);
  expect(rows).toContainEqual(
    expect.stringMatching(
      /^ {2}65515c6 {2}v1\.1\.0 {2}first-\S* +2026-11-26 {2}not proven {2}23\.5 MB {2}12\.3/,
    ),
  );
  expect(text).toMatch(/^macro recall, in %$/m);
  expect(text).toMatch(
    /^v2\.0\.0 +74\.3 +67\.0 +76\.9 +76\.2 +65\.1 +73\.5 +30\.9 +62\.0 +63\.3$/m,
  );
  expect(lines.at(-1)).toBe(`production: ${PINNED}`);
  expect(text.includes('author')).toBe(columns > 90);
});

test('what does not fit is counted; several of a branch are named by their SHA', async () => {
  const { versions } = await shipped();
  const text = formatList(
    versions
      .filter(({ tag }) => tag === 'v1.1.0' || tag === 'v1.2.0')
      .map((each) => ({ ...each, tag: null, branches: ['main'], forced: 'why' })),
    [],
    40,
  );
  expect(text).toContain('data sets that do not fit: 5; see --language, --json');
  expect(text).toMatch(/^fbd5e27 +74\.6/m);
  expect(text).toContain('fbd5e27 was published by --force: why');
});

test('a version whose names are too long for the scores is named by its SHA, not by a part of them', async () => {
  const { versions } = await shipped();
  const named = (tag: string | null, branches: string[]): string[] => {
    const version = versions.find(({ tag }) => tag === 'v1.2.0');
    const text = formatList([{ ...version, tag, branches } as never], [], 40);
    return [...text.matchAll(/^(\S+) +74\.6/gm)].map(([, name]) => name as string);
  };
  expect(named(null, ['preprocessing-of-names'])).toEqual(['fbd5e27']);
  expect(named('v1.2.0-candidate', ['C-3'])).toEqual(['C-3']);
  expect(named('v1.2.0', ['C-3'])).toEqual(['v1.2.0']);
});

test('percent: half up, in the four digits of a score', () => {
  expect([0.5185, 0.7425, 0.7685, 1, 0, undefined].map(formatPercent)).toEqual([
    '51.9',
    '74.3',
    '76.9',
    '100.0',
    '0.0',
    '-',
  ]);
});
