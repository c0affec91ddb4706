import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFileTarget } from '../../../src/telemetry/log/file-target.ts';
import { temporaryFolder } from '../../support/git-version.ts';

const LIMITS = { maxBytes: 1_000, maxFiles: 3 };

async function targetOf(path: string) {
  const target = await createFileTarget({ path, ...LIMITS });
  return { target, write: (text: string) => target.write(Buffer.from(text)) };
}

const read = (path: string): string => readFileSync(path, 'utf8');

test('a file is renamed before it would become too large; the oldest is removed', async () => {
  const path = join(temporaryFolder(), 'server.log');
  const { write } = await targetOf(path);
  for (let i = 0; i < 6; i++) {
    await write(`${i}${'x'.repeat(598)}\n`);
  }
  const first = [path, `${path}.1`, `${path}.2`, `${path}.3`].map((each) => read(each)[0]);
  expect(first).toEqual(['5', '4', '3', '2']);
  expect(existsSync(`${path}.4`)).toBe(false);
});

test('a file that another program has renamed is followed by a new one', async () => {
  const path = join(temporaryFolder(), 'server.log');
  const { write } = await targetOf(path);
  await write('a\n');
  renameSync(path, `${path}.old`);
  await write('b\n');
  expect([read(`${path}.old`), read(path)]).toEqual(['a\n', 'b\n']);
});

test('a folder that was deleted is made again', async () => {
  const folder = join(temporaryFolder(), 'logs');
  const path = join(folder, 'server.log');
  const { write } = await targetOf(path);
  await write('a\n');
  rmSync(folder, { recursive: true });
  await write('b\n');
  expect(read(path)).toBe('b\n');
});

test('a line that a killed process left incomplete does not run into the next one', async () => {
  const path = join(temporaryFolder(), 'server.log');
  writeFileSync(path, 'whole\nhal');
  const { write } = await targetOf(path);
  await write('next\n');
  expect(read(path)).toBe('whole\nhal\nnext\n');
});

test('reopening continues in the file of that name', async () => {
  const path = join(temporaryFolder(), 'server.log');
  const { target, write } = await targetOf(path);
  await write('a\n');
  target.reopen();
  await write('b\n');
  expect(read(path)).toBe('a\nb\n');
});

test('what can’t be written is reported, and later writes succeed', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'server.log');
  const { write } = await targetOf(path);
  rmSync(path);
  mkdirSync(path);
  await expect(write('a\n')).rejects.toMatchObject({ written: 0, isTransient: true });
  rmSync(path, { recursive: true });
  await write('b\n');
  expect(read(path)).toBe('b\n');
});

test('a folder in the place of the file is refused at the start', async () => {
  await expect(createFileTarget({ path: temporaryFolder(), ...LIMITS })).rejects.toThrow('EISDIR');
});
