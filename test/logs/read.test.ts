import {
  appendFileSync,
  existsSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { setImmediate as tick } from 'node:timers/promises';
import { createStream } from 'rotating-file-stream';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createLineBuffer, eachLine } from '../../src/logs/lines.ts';
import { CAUGHT_UP, type FollowOptions, readFile } from '../../src/logs/read.ts';
import { temporaryFolder } from '../support/git-version.ts';

let folder: string;
let path: string;
let stop: AbortController;

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder, 'server.log');
  stop = new AbortController();
});
afterEach(() => {
  stop.abort();
  rmSync(folder, { recursive: true });
});

interface Reading {
  readonly lines: string[];
  /** How many lines there were when the start had been read. */
  caughtUpAt: number | undefined;
  readonly onWaiting: ReturnType<typeof vi.fn<() => void>>;
  readonly ended: Promise<void>;
}

function read(options: Partial<FollowOptions> = {}): Reading {
  const lines: string[] = [];
  const onWaiting = vi.fn<() => void>();
  const reading = { lines, caughtUpAt: undefined as number | undefined, onWaiting };
  const ended = (async () => {
    const batches = readFile(path, { follow: true, signal: stop.signal, onWaiting, ...options });
    for await (const batch of batches) {
      if (batch === CAUGHT_UP) {
        reading.caughtUpAt = lines.length;
      } else {
        eachLine(batch, (line) => lines.push(line));
      }
    }
  })();
  return Object.assign(reading, { ended });
}

/** Renames the file and its older ones, as rotating-file-stream does, and makes a new one. */
function rotate(): void {
  let oldest = 0;
  while (existsSync(`${path}.${oldest + 1}`)) {
    oldest += 1;
  }
  for (let number = oldest; number > 0; number -= 1) {
    renameSync(`${path}.${number}`, `${path}.${number + 1}`);
  }
  renameSync(path, `${path}.1`);
  writeFileSync(path, '');
}

const until = (condition: () => void): Promise<void> => vi.waitFor(condition, { timeout: 30_000 });

describe('no line is lost or repeated', () => {
  test('while a file is rotated under continuous writing', async () => {
    const count = 60_000;
    const expected = Array.from({ length: count }, (_, index) => `line ${index} ${'x'.repeat(40)}`);
    const [first = '', ...others] = expected;
    writeFileSync(path, `${first}\n`);
    const { lines, ended } = read();
    // The reader has the first file before it is rotated.
    await until(() => expect(lines).toEqual([first]));
    const stream = createStream('server.log', { path: folder, size: '300K', rotate: 10 });
    for (const line of others) {
      // A full buffer leaves time to the reader, as the server's pace does.
      if (!stream.write(`${line}\n`)) {
        await new Promise<void>((resolve) => stream.once('drain', () => resolve()));
      }
    }
    await new Promise<void>((resolve) => stream.end(() => resolve()));
    // It was rotated, and more than once.
    expect(existsSync(`${path}.3`)).toBe(true);
    await until(() => expect(lines.length).toBeGreaterThanOrEqual(count));
    stop.abort();
    await ended;
    expect(lines).toEqual(expected);
  });

  test('when it is rotated several times between two polls', async () => {
    writeFileSync(path, 'one\n');
    const { lines } = read();
    await until(() => expect(lines).toEqual(['one']));
    appendFileSync(path, 'two\n');
    // All in one turn of the event loop.
    for (const line of ['three', 'four', 'five']) {
      rotate();
      appendFileSync(path, `${line}\n`);
    }
    await until(() => expect(lines).toEqual(['one', 'two', 'three', 'four', 'five']));
  });

  test('when it grows and is rotated between reading its end and looking up its name', async () => {
    writeFileSync(path, 'one\n');
    const { lines } = read();
    await until(() => expect(lines).toEqual(['one']));
    // What happens between two system calls can't be tested otherwise.
    const { stat } = promises;
    const spy = vi.spyOn(promises, 'stat').mockImplementationOnce((...args) => {
      appendFileSync(path, 'two\nthree');
      rotate();
      appendFileSync(path, 'four\n');
      return stat(...args) as never;
    });
    syncBuiltinESMExports();
    onTestFinished(() => {
      spy.mockRestore();
      syncBuiltinESMExports();
    });
    await until(() => expect(lines).toContain('four'));
    expect(lines).toEqual(['one', 'two', 'three', 'four']);
    expect(spy).toHaveBeenCalled();
  });

  test('when a rotated file gets another name', async () => {
    writeFileSync(path, 'one\n');
    const { lines } = read();
    await until(() => expect(lines).toEqual(['one']));
    appendFileSync(path, 'two\n');
    renameSync(path, join(folder, 'server-2026-01-31.log'));
    writeFileSync(path, 'three\n');
    await until(() => expect(lines).toEqual(['one', 'two', 'three']));
  });

  test.each([
    ['shorter', 'new\n'],
    ['as long', 'newer one\n'],
    ['longer', 'newer one\nand two\n'],
  ])('when it is truncated and then %s', async (_, text) => {
    writeFileSync(path, 'old line\n+');
    const { lines } = read();
    await until(() => expect(lines).toEqual(['old line']));
    truncateSync(path);
    appendFileSync(path, text);
    const expected = ['old line', ...text.trimEnd().split('\n')];
    await until(() => expect(lines.length).toBeGreaterThanOrEqual(expected.length));
    expect(lines).toEqual(expected);
  });

  test('when it is deleted and created again', async () => {
    writeFileSync(path, 'one\n');
    const { lines } = read();
    await until(() => expect(lines).toEqual(['one']));
    rmSync(path);
    await tick();
    writeFileSync(path, 'two\n');
    await until(() => expect(lines).toEqual(['one', 'two']));
  });

  test('when a line is written in pieces', async () => {
    const [first, second] = [Buffer.from('Grü').subarray(0, 3), Buffer.from('Grüße\n').subarray(3)];
    writeFileSync(path, first);
    const { lines, ...reading } = read();
    appendFileSync(path, second);
    await until(() => expect(lines).toEqual(['Grüße']));
    appendFileSync(path, 'half');
    appendFileSync(path, ' whole\n');
    await until(() => expect(lines).toEqual(['Grüße', 'half whole']));
    expect(reading.onWaiting).not.toHaveBeenCalled();
  });
});

test('a file that does not exist yet is waited for, which is reported once', async () => {
  const { lines, onWaiting } = read();
  await until(() => expect(onWaiting).toHaveBeenCalled());
  writeFileSync(path, 'one\n');
  await until(() => expect(lines).toEqual(['one']));
  expect(onWaiting).toHaveBeenCalledTimes(1);
});

test('a file that is missing and not followed is an error', async () => {
  await expect(read({ follow: false }).ended).rejects.toThrow(`${path} does not exist`);
});

test('without following it ends, with the line that has no newline', async () => {
  writeFileSync(path, 'one\ntwo');
  const { lines, ended } = read({ follow: false });
  await ended;
  expect(lines).toEqual(['one', 'two']);
});

test('rotated files are read from the oldest one modified since', async () => {
  const since = Date.now() - 60_000;
  for (const [suffix, ageMs] of [
    ['.3', 180_000],
    ['.2', 120_000],
    ['.1', 30_000],
    ['', 0],
  ] as const) {
    writeFileSync(path + suffix, `file ${suffix}\n`);
    const written = new Date(since + 60_000 - ageMs);
    utimesSync(path + suffix, written, written);
  }
  const { lines, ended } = read({ follow: false, since });
  await ended;
  expect(lines).toEqual(['file .1', 'file ']);
});

test('the end of the initial content is marked', async () => {
  writeFileSync(path, 'one\ntwo\n');
  const reading = read();
  await until(() => expect(reading.caughtUpAt).toBe(2));
});

test('bytes in any pieces have the same lines', () => {
  const text = 'Grüße\n\n日本 😀\nend';
  for (let size = 1; size < 10; size += 1) {
    const buffer = createLineBuffer();
    const lines: string[] = [];
    const bytes = Buffer.from(text);
    const memory = Buffer.alloc(size);
    for (let at = 0; at < bytes.length; at += size) {
      // The same memory each time, as when a file is read.
      const length = bytes.copy(memory, 0, at, at + size);
      eachLine(buffer.push(memory.subarray(0, length)), (line) => lines.push(line));
    }
    eachLine(buffer.rest(), (line) => lines.push(line));
    expect(lines).toEqual(text.split('\n'));
  }
});
