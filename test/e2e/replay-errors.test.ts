/** What `replay` refuses, with its exact messages. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { predictionLine } from '../logs/lines.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { copyOfPinned, PINNED } from '../support/pinned.ts';
import { runCommand } from '../support/server.ts';

const folder = temporaryFolder();
const log = join(folder, 'server.log');
writeFileSync(log, `${predictionLine({ commit: PINNED })}\n`);

function replay(...args: string[]) {
  return runCommand(['replay', ...args]);
}

describe('a wrong argument ends with exit code 2', () => {
  test.each<[string[], string]>([
    [['--against', PINNED], "error: missing required argument 'logs'"],
    [['a.log'], "error: required option '--against <commit>' not specified"],
    [
      ['a.log', '--against', PINNED, '--api-key', 'key'],
      "error: option '--api-key <key>' is for --server",
    ],
    [
      ['a.log', '--against', PINNED, '--server', 'localhost:8080'],
      "error: option '--server <url>' argument 'localhost:8080' is invalid. " +
        'expected an address such as http://localhost:8080',
    ],
    [
      ['--against', PINNED, '--html', 'server.log', 'server.log.1'],
      "error: option '--html <file>' argument 'server.log' is invalid. " +
        'expected a file that ends in .html',
    ],
    [['a.log', '--against', PINNED, '--frobnicate'], "error: unknown option '--frobnicate'"],
  ])('%j', async (args, message) => {
    const { code, stderr, stdout } = await replay(...args);

    expect([code, stderr.split('\n')[0], stdout]).toEqual([2, message, '']);
  });
});

describe('an error ends with exit code 2 and one line', () => {
  const empty = join(folder, 'empty.log');
  const cut = join(folder, 'cut.log.gz');
  writeFileSync(empty, '');
  writeFileSync(cut, gzipSync('{"event":"ready"}\n'.repeat(100)).subarray(0, 20));

  test.each<[string, () => string[], string]>([
    ['a file that is not there', () => ['nowhere.log'], 'nowhere.log does not exist'],
    ['a folder', () => ['src'], 'src is a folder; name the log file in it'],
    [
      'no log',
      () => ['package.json'],
      'package.json: not a prediction log, which has one JSON object with an event per line',
    ],
    ['an empty log', () => [empty], `${empty}: no predictions to replay`],
    [
      'a compressed log that was cut',
      () => [cut],
      `${cut}: damaged or incomplete gzip data (unexpected end of file)`,
    ],
    ['no file of texts', () => [log, '--texts', 'nowhere'], 'nowhere does not exist'],
    [
      'a folder of texts',
      () => [log, '--texts', 'src'],
      'src: expected a file of texts, found a folder',
    ],
    [
      'no server at the address',
      () => [log, '--server', 'http://127.0.0.1:4'],
      "http://127.0.0.1:4 can't be reached (ECONNREFUSED)",
    ],
  ])('%s', async (_, args, message) => {
    const { code, stderr, stdout } = await replay(...args(), '--against', PINNED);

    expect([code, stderr, stdout]).toEqual([2, `tweet-sentiment: ${message}\n`, '']);
  });

  test('a version that no store has', async () => {
    const { code, stderr } = await replay(log, '--against', 'f'.repeat(40));
    expect(stderr).toContain(`no version ${'f'.repeat(40)} of tweet-sentiment`);
    expect(code).toBe(2);
  });

  test('a version whose bytes are others', async () => {
    const { store, folder: version } = copyOfPinned();
    const path = join(version, 'tokenizer.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"', "'"));
    const { code, stderr } = await replay(log, '--against', PINNED, '--model-store', store);
    expect(stderr).toContain('tokenizer.json: ');
    expect(code).toBe(2);
  });
});
