import { existsSync, type PathLike, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { moveFile } from '../../src/repository/move-file.ts';
import { temporaryFolder } from '../support/git-version.ts';

/** As where each folder is a file system. */
async function renameInFolder(source: PathLike, target: PathLike): Promise<void> {
  if (dirname(String(source)) !== dirname(String(target))) {
    throw Object.assign(new Error('cross-device'), { code: 'EXDEV', syscall: 'rename' });
  }
  writeFileSync(target, readFileSync(source));
}

test('a file is moved to another file system', async () => {
  const [source, folder] = [join(temporaryFolder(), 'source'), temporaryFolder()];
  const target = join(folder, 'target');
  writeFileSync(source, 'new');
  writeFileSync(target, 'old');
  await moveFile(source, target, renameInFolder);
  expect([readFileSync(target, 'utf8'), existsSync(source)]).toEqual(['new', false]);
  expect(readdirSync(folder)).toEqual(['target']);
});

test('what can not be moved leaves no file', async () => {
  const [source, folder] = [join(temporaryFolder(), 'source'), temporaryFolder()];
  writeFileSync(source, 'new');
  const rename = async (): Promise<void> => {
    throw Object.assign(new Error('cross-device'), { code: 'EXDEV', syscall: 'rename' });
  };
  await expect(moveFile(source, join(folder, 'target'), rename)).rejects.toThrow('cross-device');
  expect([readdirSync(folder), existsSync(source)]).toEqual([[], true]);
});
