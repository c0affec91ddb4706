import { rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findTail } from '../../src/logs/tail.ts';
import { temporaryFolder } from '../support/git-version.ts';

test.each<[string, number, number, (line: string) => boolean]>([
  ['the last lines', 10, 10, () => true],
  ['the last lines that pass', 3, 2_100, (line) => line.endsWith('00')],
  ['lines that are far up', 1, 30_000, (line) => line.includes(' 2000')],
  ['more lines than there are', 100_000, 40_000, () => true],
  ['no lines', 0, 0, () => true],
])('%s are found', async (_, count, needed, passes) => {
  const lines = Array.from({ length: 40_000 }, (_, index) => `${'é'.repeat(20)} ${index}`);
  const folder = temporaryFolder();
  const path = join(folder, 'server.log');
  const content = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  writeFileSync(path, content);
  const handle = await open(path);
  try {
    const start = await findTail(handle, count, passes);
    const rest = content.subarray(start).toString().split('\n').slice(0, -1);
    // Whole lines, the last ones of the file, and enough of them.
    expect(rest).toEqual(lines.slice(lines.length - rest.length));
    expect(rest.filter(passes).length).toBeGreaterThanOrEqual(
      Math.min(count, lines.filter(passes).length),
    );
    // Without reading much more than that.
    expect(rest.length).toBeLessThan(Math.max(needed, 6_000) * 9);
  } finally {
    await handle.close();
    rmSync(folder, { recursive: true });
  }
});
