/** `drift` over the log of the real server, and over the server itself. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { DriftReport } from '../../src/drift/report/report.ts';
import { createTraffic, type Mix } from '../../src/simulate/traffic.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { PINNED, PINNED_TAG, variantOfPinned } from '../support/pinned.ts';
import { MAIN, ROOT, runCommand, startServer, type TestServer } from '../support/server.ts';

const KEY = 'key-of-the-test-0123456789';
const BATCH = 60;

const folder = temporaryFolder();
const log = join(folder, 'server.log');
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ LOG_FILE: log, API_KEYS: KEY });
});

afterAll(() => server?.stop());

const next = createTraffic(1);

/** Sends texts, and waits until their predictions are in the log. */
async function send(mix: Mix, batches: number): Promise<void> {
  const before = predictionsIn(log);
  for (let batch = 0; batch < batches; batch++) {
    const inputs = Array.from({ length: BATCH }, () => next(mix).text);
    const response = await server.predict({ inputs }, { authorization: `Bearer ${KEY}` });
    expect(response.status).toBe(200);
  }
  await vi.waitFor(() => expect(predictionsIn(log)).toBe(before + batches * BATCH), 10_000);
}

function predictionsIn(path: string): number {
  return readFileSync(path, 'utf8').split('"event":"prediction"').length - 1;
}

function drift(...args: string[]) {
  return runCommand(['drift', ...args]);
}

test('English is no drift, German is: in the log and at the server alike', async () => {
  await send({ en: 1 }, 6);
  const english = await drift(log);
  expect(english.stdout).toContain('No drift: no stability index above 0.25');
  expect(english.stdout).toContain(`${6 * BATCH} predictions, `);
  expect(english.code).toBe(0);

  await send({ de: 1 }, 2);
  const page = join(folder, 'drift.html');
  const german = await drift(log, '--html', page);
  expect(german.stdout).toContain('German (de) is ');
  expect(german.stdout).toContain(PINNED);
  // Neither colours nor progress without a terminal.
  expect(german.stdout).not.toContain('\u001b');
  expect(german.stderr).toBe(`tweet-sentiment: page written to ${page}\n`);
  expect(german.code).toBe(1);
  expect(readFileSync(page, 'utf8')).toContain('German (de) is ');

  const ofLog = JSON.parse((await drift(log, '--json')).stdout) as DriftReport;
  const requested = await drift('--server', server.url, '--json', '--api-key', KEY);
  const ofServer = JSON.parse(requested.stdout) as DriftReport;
  expect(requested.code).toBe(1);
  expect(ofServer.features).toEqual(ofLog.features);
  expect(ofServer.features.map(({ observations }) => observations)).toEqual(
    Array.from({ length: 5 }, () => 8 * BATCH),
  );
  expect(ofServer.foreign_languages).toEqual(ofLog.foreign_languages);
  expect([ofServer.commit, ofServer.tag, ofServer.predictions]).toEqual([
    ofLog.commit,
    ofLog.tag,
    ofLog.predictions,
  ]);
  // The server keeps the last texts, which are the newest of the log.
  expect(ofServer.examples[0]?.texts.map(({ id }) => id)).toEqual(
    ofLog.examples[0]?.texts.map(({ id }) => id),
  );

  expect(ofServer.examples[0]?.texts[0]?.timestamp).toMatch(/^\d{4}-\d\d-\d\dT/);

  const withoutKey = await drift('--server', server.url);
  expect(withoutKey.stdout).toContain('a server with API keys needs --api-key');
  expect(withoutKey.stdout).toContain('German (de) is ');
  expect(withoutKey.code).toBe(1);
});

test('standard input is read, and --commit accepts a tag', () => {
  const args = [MAIN, 'drift', '--commit', PINNED_TAG, '--json'];
  const { stdout, status } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    input: readFileSync(log),
    maxBuffer: 2 ** 26,
  });

  expect(JSON.parse(stdout.toString())).toMatchObject({ commit: PINNED, tag: PINNED_TAG });
  expect(status).toBe(1);
});

describe('a wrong argument ends with exit code 2', () => {
  test.each<[string[], string]>([
    [['a.log', '--server', 'http://localhost'], 'error: name log files or --server, not both'],
    [['a.log', '--api-key', KEY], "error: option '--api-key <key>' is for --server"],
    [
      ['a.log', '--window', '1m'],
      "error: option '--window <duration>' is for --server; log files have --since",
    ],
    [
      ['a.log', '--reference', 'last-week'],
      "error: option '--reference <name>' argument 'last-week' is invalid. " +
        'Allowed choices are training, normal.',
    ],
    [
      ['--server', 'localhost:8080'],
      "error: option '--server <url>' argument 'localhost:8080' is invalid. " +
        'expected an address such as http://localhost:8080',
    ],
    [
      ['--server', 'http://localhost', '--since', '1m'],
      "error: option '--server <url>' cannot be used with option '--since <time>'",
    ],
    [
      ['--server', 'http://localhost', '--commit', PINNED],
      "error: option '--server <url>' cannot be used with option '--commit <sha>'",
    ],
    [
      ['a.log', '--since', 'yesterday'],
      "error: option '--since <time>' argument 'yesterday' is invalid. " +
        'expected 30s, 10m, 2h, 1d, or a time such as 2026-01-31T12:00',
    ],
    [
      ['a.log', '--threshold', '0'],
      "error: option '--threshold <index>' argument '0' is invalid. expected a number above 0",
    ],
    [
      ['--html', 'server.log', 'server.log.1'],
      "error: option '--html <file>' argument 'server.log' is invalid. " +
        'expected a file that ends in .html',
    ],
    [['--frobnicate'], "error: unknown option '--frobnicate'"],
  ])('%j', async (args, message) => {
    const { code, stderr, stdout } = await drift(...args);

    expect([code, stderr.split('\n')[0], stdout]).toEqual([2, message, '']);
  });
});

describe('an error ends with exit code 2 and one line', () => {
  const line = (commit: string): string =>
    JSON.stringify({
      ...{ timestamp: '2026-01-31T12:00:00.000Z', event: 'prediction', commit },
      ...{ label: 'neutral', score: 0.9, language: 'en', tokens: 9, unknown_ratio: 0 },
    });

  test.each<[string, () => string[], string]>([
    ['a file that is not there', () => ['nowhere.log'], 'nowhere.log does not exist'],
    ['a folder', () => ['src'], 'src is a folder; name the log file in it'],
    ['no log', () => ['package.json'], 'package.json: not a prediction log'],
    [
      'the normal traffic that nobody has measured',
      () => [log, '--reference', 'normal', '--baselines', folder],
      `${join(folder, 'tweet-sentiment', `${PINNED}.json`)} does not exist: the command baseline writes it`,
    ],
    ['no server at the address', () => ['--server', 'http://127.0.0.1:1'], "can't be reached"],
    [
      'a version that no store has',
      () => {
        writeFileSync(join(folder, 'unknown.log'), line('f'.repeat(40)));
        return [join(folder, 'unknown.log')];
      },
      `no version ${'f'.repeat(40)} of tweet-sentiment`,
    ],
    [
      'a version without a reference',
      () => {
        const { store, sha } = variantOfPinned({
          'profile.json': JSON.stringify({ texts: 0, features: {} }),
        });
        writeFileSync(join(folder, 'bare.log'), line(sha));
        return [join(folder, 'bare.log'), '--model-store', store];
      },
      'there is nothing to compare traffic with',
    ],
  ])('%s', async (_, args, message) => {
    const { code, stderr, stdout } = await drift(...args());

    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect([code, stdout]).toEqual([2, '']);
  });
});
