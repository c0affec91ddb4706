import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { moveFile } from '../../src/repository/move-file.ts';
import { temporaryFolder } from '../support/git-version.ts';

const { rename } = vi.hoisted(() => ({ rename: vi.fn() }));
vi.mock('node:fs/promises', async (original) => ({ ...(await original<object>()), rename }));

/** As where each folder is a file system. */
async function renameInFolder(source: string, target: string): Promise<void> {
  if (dirname(source) !== dirname(target)) {
    throw Object.assign(new Error('cross-device'), { code: 'EXDEV', syscall: 'rename' });
  }
  writeFileSync(target, readFileSync(source));
}

test('a file is moved to another file system', async () => {
  const [source, folder] = [join(temporaryFolder(), 'source'), temporaryFolder()];
  const target = join(folder, 'target');
  writeFileSync(source, 'new');
  writeFileSync(target, 'old');
  rename.mockImplementation(renameInFolder);
  await moveFile(source, target);
  expect([readFileSync(target, 'utf8'), existsSync(source)]).toEqual(['new', false]);
  expect(readdirSync(folder)).toEqual(['target']);
});

test('what can not be moved leaves no file', async () => {
  const [source, folder] = [join(temporaryFolder(), 'source'), temporaryFolder()];
  writeFileSync(source, 'new');
  rename.mockImplementation(async () => {
    throw Object.assign(new Error('cross-device'), { code: 'EXDEV', syscall: 'rename' });
  });
  await expect(moveFile(source, join(folder, 'target'))).rejects.toThrow('cross-device');
  expect([readdirSync(folder), existsSync(source)]).toEqual([[], true]);
});
