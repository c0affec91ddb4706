/** Rotated and compressed files of a log. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { inTimeOrder, linesOf } from '../../src/logs/log-files.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { predictionLine } from './lines.ts';

function write(name: string, content: string | Buffer): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

async function read(...files: string[]): Promise<string[]> {
  const all: string[] = [];
  for await (const { lines } of linesOf(files, () => undefined)) {
    all.push(...lines);
  }
  return all;
}

const LONG = Array.from({ length: 20_000 }, (_, at) => `line ${at} of many Grüße`);

describe('lines', () => {
  test('of files, one after the other', async () => {
    expect(await read(write('a', 'one\ntwo\n'), write('b', 'three'))).toEqual([
      'one',
      'two',
      'three',
    ]);
  });

  test('of gzip data, whatever its name, also of several members', async () => {
    const halves = [LONG.slice(0, 9_000), LONG.slice(9_000)].map((part) =>
      gzipSync(part.map((line) => `${line}\n`).join('')),
    );
    expect(await read(write('server.log', Buffer.concat(halves)))).toEqual(LONG);
  });

  test('as far as the file was written at the start', async () => {
    const path = write('growing.log', `${LONG.join('\n')}\n`);
    const all: string[] = [];
    for await (const { lines } of linesOf([path], () => undefined)) {
      all.push(...lines);
      // As a server does that is sent what is read.
      appendFileSync(path, lines.map((line) => `${line}\n`).join(''));
    }
    expect(all).toEqual(LONG);
  });

  test('of an empty file', async () => {
    expect(await read(write('a', ''))).toEqual([]);
  });
});

test('a pipe is read, after the files', async () => {
  const pipe = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const file = write('server.log', 'one\n');
  const ordered = await inTimeOrder([pipe, file]);
  const writing = writeFile(pipe, `${LONG.join('\n')}\n`);

  expect(await read(...ordered)).toEqual(['one', ...LONG]);
  await writing;
});

test('the share of the bytes is that of the compressed files', async () => {
  const files = [write('a.gz', gzipSync(LONG.join('\n'))), write('b', `${LONG.join('\n')}\n`)];
  const shares: number[] = [];
  for await (const _ of linesOf(files, (share) => shares.push(share))) {
    // Only the shares are of interest.
  }
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(shares[0]).toBeLessThan(0.5);
  expect(shares.at(-1)).toBe(1);
});

describe('gzip data that can’t be read', () => {
  const whole = gzipSync(LONG.join('\n'));
  const damaged = Buffer.from(whole);
  damaged.fill(0xff, 5_000, 5_020);

  test.each([
    ['is not complete', whole.subarray(0, 10_000), 'unexpected end of file'],
    ['is damaged', damaged, ''],
  ])('because it %s', async (_, content, reason) => {
    const path = write('server.log.1.gz', content);
    await expect(read(path)).rejects.toThrow(`${path}: damaged or incomplete gzip data (${reason}`);
  });
});

test('files are ordered by the first time in them, not by their names', async () => {
  const at = (hour: string): string =>
    `${predictionLine({ timestamp: `2026-01-31T${hour}:00:00.000Z` })}\n`;
  const newest = write('server.log', at('14'));
  const oldest = write('server.log.10.gz', gzipSync(at('09')));
  const middle = write('server.log.2', `> npm start\n${at('12')}`);
  expect(await inTimeOrder([newest, '-', oldest, middle])).toEqual([oldest, middle, newest, '-']);
});
