import { existsSync, mkdirSync, rmSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createTemporaryDirectory, type TemporaryDirectory } from '../../src/version/staging.ts';

const directories: TemporaryDirectory[] = [];
afterEach(async () => {
  await Promise.all(directories.splice(0).map(({ remove }) => remove()));
});

async function create(): Promise<string> {
  const directory = await createTemporaryDirectory();
  directories.push(directory);
  return directory.path;
}

test('temporary directories that killed processes left are removed, those in use and of others are not', async () => {
  const [left, used] = [await create(), await create()];
  const other = join(dirname(left), `tweet-sentiment-${process.pid}`);
  mkdirSync(other);
  directories.push({ path: other, remove: async () => rmSync(other, { recursive: true }) });
  const longAgo = new Date(Date.now() - 3_600_000);
  utimesSync(left, longAgo, longAgo);
  utimesSync(other, longAgo, longAgo);
  await create();
  expect([left, used, other].map((path) => existsSync(path))).toEqual([false, true, true]);
});
