/** README: the settings; models/README.md: the versions and the pinned one. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatPercent } from '../../src/commands/models/list-text.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { openRepository } from '../../src/repository/git.ts';
import { readLeaderboard } from '../../src/repository/leaderboard/leaderboard.ts';
import { formatBytes } from '../../src/terminal/numbers.ts';
import { createFolderStore } from '../../src/version/stores/folder.ts';
import { MODEL, PINNED_TAG } from '../support/pinned.ts';
import { ROOT } from '../support/server.ts';
import { readDocument, tableRows } from './markdown.ts';

test('README lists the settings: variable, default and text of the help', () => {
  const expected = Object.values(SETTINGS).map(({ variable, fallback, doc }) => [
    `\`${variable}\``,
    fallback ? `\`${fallback}\`` : '',
    doc,
  ]);
  expect(tableRows(readDocument('README.md'), 'variable')).toEqual(expected);
});

test('the table of versions in models/README.md is what `models list` prints', async () => {
  const repository = await openRepository(join(ROOT, 'models', `${MODEL}.bundle`));
  const store = createFolderStore(join(ROOT, 'models'));
  const { versions } = await readLeaderboard({ store, model: MODEL, repository, all: false });
  await repository.close();
  const expected = versions.map(({ tag, branches, scores, modelBytes }) => [
    `\`${tag ?? branches[0]}\``,
    formatPercent(scores['semeval-en/dev']),
    formatPercent(scores['umsab-de/dev']),
    formatBytes(modelBytes ?? 0),
  ]);
  const found = tableRows(readDocument('models/README.md'), 'version').map(
    ([name = '', ...cells]) => [name.split(' ')[0], ...cells],
  );
  // `german` was merged into v2.0.0 as it is.
  expect(found.sort()).toEqual(expected.filter(([name]) => name !== '`german`').sort());
});

test('the graph and the table of versions in models/README.md say which one is pinned', () => {
  const readme = readDocument('models/README.md');
  const [, graph = ''] = /^```\n(\* {3}v[^`]+)```$/m.exec(readme) ?? [];
  const drawn = graph.split('\n').filter((line) => line.endsWith('(pinned)'));
  expect(drawn).toEqual([expect.stringContaining(`* ${PINNED_TAG} `)]);
  const names = tableRows(readme, 'version').map(([name = '']) => name);
  expect(names.filter((name) => /\bpinned\b/.test(name))).toEqual([
    expect.stringContaining(`\`${PINNED_TAG}\``),
  ]);
});
