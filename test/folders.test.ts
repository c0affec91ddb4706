import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder, shownPath } from '../src/folders.ts';
import { temporaryFolder } from './support/git-version.ts';

test('a folder is created with those above it, by several callers at once', async () => {
  const path = join(temporaryFolder(), 'a', 'b', 'c');
  await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(path, 'd'))]);
  await makeFolder(path);
  expect(existsSync(join(path, 'd'))).toBe(true);
});

test.each([
  ['is a file', 'file', 'EEXIST'],
  ['is below a file', 'file/a/b', 'ENOTDIR'],
  ['is a link to nowhere', 'link', 'EEXIST'],
])('a path that %s is refused', async (_, path, code) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  symlinkSync('nowhere', join(folder, 'link'));
  await expect(makeFolder(join(folder, path))).rejects.toMatchObject({ code });
});

test.runIf(process.platform === 'linux')('a folder below /proc is refused', async () => {
  await expect(makeFolder('/proc/none/a')).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a path that names nothing is shown as an absolute one', () => {
  const here = process.cwd();
  expect(['.', './', '..', 'a', './a', '/', 's3://b'].map(shownPath)).toEqual([
    ...[here, here, dirname(here), 'a', './a', '/', 's3://b'],
  ]);
});
