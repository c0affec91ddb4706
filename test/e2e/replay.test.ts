/** `replay` over the log of the real server, in a process of its own and through the server. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { PredictResponse } from '../../src/api/predict.ts';
import type { ReplayReport } from '../../src/replay/report.ts';
import { createTraffic } from '../../src/simulate/traffic.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { MULTILINGUAL, MULTILINGUAL_TAG, PINNED, PINNED_TAG } from '../support/pinned.ts';
import { MAIN, ROOT, runCommand, startServer, type TestServer } from '../support/server.ts';

const KEY = 'key-of-the-test-0123456789';
const authorization = { authorization: `Bearer ${KEY}` };

const folder = temporaryFolder();
/** The server's own, which grows with the requests of `replay --server`, and a copy from before. */
const liveLog = join(folder, 'live.log');
const log = join(folder, 'server.log');
const next = createTraffic(1);
const TEXTS = Array.from({ length: 300 }, () => next({ en: 3, de: 1 }));
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ LOG_FILE: liveLog, LOG_INPUT: 'full', API_KEYS: KEY });
  for (let start = 0; start < TEXTS.length; start += 60) {
    await predict(server, TEXTS.slice(start, start + 60));
  }
  await untilLogged(liveLog, TEXTS.length);
  copyFileSync(liveLog, log);
});

afterAll(() => server?.stop());

/** Sends texts, and their labels as feedback. */
async function predict(
  to: TestServer,
  texts: readonly { readonly text: string; readonly label: string }[],
): Promise<void> {
  const response = await to.predict({ inputs: texts.map(({ text }) => text) }, authorization);
  expect(response.status).toBe(200);
  const { predictions } = (await response.json()) as PredictResponse;
  for (const [at, { id }] of predictions.entries()) {
    const feedback = await fetch(`${to.url}/feedback`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization },
      body: JSON.stringify({ id, label: texts[at]?.label }),
    });
    expect(feedback.status).toBe(204);
  }
}

/** Waits until as many predictions and their feedback are in a log. */
async function untilLogged(path: string, count: number): Promise<void> {
  const countOf = (event: string): number =>
    readFileSync(path, 'utf8').split(`"event":"${event}"`).length - 1;
  await vi.waitFor(
    () => expect([countOf('prediction'), countOf('feedback')]).toEqual([count, count]),
    10_000,
  );
}

function replay(...args: string[]) {
  return runCommand(['replay', ...args]);
}

/** A copy of the log in which the predictions at some places are others. */
function changedLog(places: readonly number[], change: (line: Line) => object): string {
  let at = -1;
  const lines = readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .map((text) => {
      const line = JSON.parse(text) as Line;
      at += line.event === 'prediction' ? 1 : 0;
      const isChanged = line.event === 'prediction' && places.includes(at);
      return isChanged ? JSON.stringify({ ...line, ...change(line) }) : text;
    });
  const path = join(temporaryFolder(), 'changed.log');
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

interface Line {
  readonly event: string;
  readonly score: number;
}

test('every prediction of the log is what its version answers', async () => {
  const { code, stdout, stderr } = await replay(log, '--against', PINNED_TAG);

  expect(stdout.split('\n').slice(0, 4)).toEqual([
    `Replay: tweet-sentiment ${PINNED_TAG}`,
    PINNED,
    '',
    '300 predictions, 0 differ',
  ]);
  // Neither colours nor progress without a terminal.
  expect(stdout).not.toContain('\u001b');
  expect([code, stderr]).toEqual([0, '']);
});

test('a running server answers alike; what it logs meanwhile is not replayed', async () => {
  const args = [liveLog, '--against', PINNED, '--server', server.url, '--json'];
  const { code, stdout } = await replay(...args, '--api-key', KEY);

  expect(JSON.parse(stdout)).toMatchObject({
    against: { commit: PINNED },
    checked: { predictions: 300, differ: 0 },
  });
  expect(code).toBe(0);

  const withoutKey = await replay(...args);
  expect(withoutKey.stderr).toContain('/predict answers 401');
  expect(withoutKey.stderr).toContain('give a key of the server with --api-key\n');
  expect([withoutKey.code, withoutKey.stdout]).toEqual([2, '']);
});

test('a text whose answer depends on its batch is the same (docs/decisions/0017-replay.md)', async () => {
  const path = join(temporaryFolder(), 'server.log');
  const text =
    '@maple_maple396 La biblioteca abre hasta las 9 de la noche en época de exámenes. El trabajo se ' +
    'entrega el domingo, son 45 páginas. #trabajo';
  const longer = Array.from({ length: 7 }, (_, at) => `${text} and ${at}`);
  const uncached = await startServer({ LOG_FILE: path, LOG_INPUT: 'full', CACHE_SIZE: '0' });
  const scores: (number | undefined)[] = [];
  try {
    for (const inputs of [[text], [text, ...longer]]) {
      const response = await uncached.predict({ inputs });
      scores.push(((await response.json()) as PredictResponse).predictions[0]?.score);
    }
  } finally {
    await uncached.stop();
  }

  const { code, stdout } = await replay(path, '--against', PINNED, '--json');
  // With AVX-512 VNNI, the scores are 0.809377 and 0.810309; with another CPU, they may be the same.
  expect((JSON.parse(stdout) as ReplayReport).checked).toEqual({
    ...{ predictions: 9, differ: 0, differences: [], maybeMasked: 0 },
    sameInOtherBatch: scores[0] === scores[1] ? 0 : 1,
  });
  expect(code).toBe(0);
});

test('ten changed scores are those that differ', async () => {
  const places = [0, 1, 42, 77, 100, 128, 199, 256, 298, 299];
  const path = changedLog(places, ({ score }) => ({ score: Math.round(score * 1e6 + 3) / 1e6 }));
  const lines = readFileSync(path, 'utf8').split('\n');
  const numbers = lines.flatMap((line, at) => (line.includes('"prediction"') ? [at + 1] : []));

  const { code, stdout } = await replay(path, '--against', PINNED, '--json');
  const { checked } = JSON.parse(stdout) as ReplayReport;
  expect([code, checked.differ]).toEqual([1, 10]);
  expect(checked.differences.map(({ line }) => line)).toEqual(places.map((at) => numbers[at]));
  expect(checked.differences.map(({ text }) => text)).toEqual(places.map((at) => TEXTS[at]?.text));

  const shown = await replay(path, '--against', PINNED);
  expect(
    shown.stdout.match(/^line \d+, request \S+: expected \w+ [\d.]+, found \w+/gm),
  ).toHaveLength(10);
  expect(shown.stdout).toContain('\n300 predictions, 10 differ\n');
});

test('another version gets a verdict: as a table, as JSON and as a page', async () => {
  const page = join(folder, 'replay.html');
  const args = [log, '--against', MULTILINGUAL];
  const { code, stdout, stderr } = await replay(...args, '--html', page);
  expect(stdout).toMatch(
    new RegExp(`^${MULTILINGUAL_TAG} disagrees with ${PINNED_TAG} on [\\d.]+ % of 300 texts`, 'm'),
  );
  expect(stdout).toMatch(/^German .* (better|undecided)$/m);
  expect([code, stderr]).toEqual([0, `tweet-sentiment: page written to ${page}\n`]);
  expect(readFileSync(page, 'utf8')).toContain(`${MULTILINGUAL_TAG} disagrees with ${PINNED_TAG}`);

  const report = JSON.parse((await replay(...args, '--json')).stdout) as ReplayReport;
  expect(report.checked.predictions).toBe(0);
  expect(report.compared).toMatchObject([{ commit: PINNED, tag: PINNED_TAG, predictions: 300 }]);
  expect(report.feedback).toEqual({ counted: 300, withoutPrediction: 0 });
  const { texts, changes, feedback } = report.compared[0]?.verdict.all ?? {};
  expect(texts).toBe(300);
  expect(changes?.length).toBeGreaterThan(0);
  expect(Object.values(feedback ?? {}).reduce((sum, count) => sum + count)).toBe(300);
});

test('of a log of two versions, one is checked and one compared; standard input may be gzip', async () => {
  const other = join(temporaryFolder(), 'other.log');
  const second = await startServer({
    ...{ LOG_FILE: other, LOG_INPUT: 'full', MODEL_COMMIT: MULTILINGUAL },
  });
  try {
    await predict(second, TEXTS.slice(0, 20));
    await untilLogged(other, 20);
  } finally {
    await second.stop();
  }
  const both = Buffer.concat([readFileSync(other), readFileSync(log)]);
  const args = [MAIN, 'replay', '-', '--against', PINNED, '--json'];
  const { stdout, status } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    input: gzipSync(both),
    maxBuffer: 2 ** 26,
  });

  expect(JSON.parse(stdout.toString())).toMatchObject({
    checked: { differ: 0 },
    compared: [{ commit: MULTILINGUAL, tag: MULTILINGUAL_TAG, predictions: 20 }],
    feedback: { counted: 20, withoutPrediction: 0 },
  });
  expect(status).toBe(0);
});

describe('a log without full texts', () => {
  const texts = [
    { text: 'A happy day', label: 'positive' },
    { text: '@someone a sad day', label: 'negative' },
  ];

  async function logWith(logInput: string): Promise<string> {
    const path = join(temporaryFolder(), 'server.log');
    const small = await startServer({ LOG_FILE: path, LOG_INPUT: logInput });
    try {
      await predict(small, texts);
      await untilLogged(path, 2);
    } finally {
      await small.stop();
    }
    return path;
  }

  const NEED = 'A replay needs the log of a server with LOG_INPUT=full, or --texts with every text';

  test.each([
    ['none', 2, '2 of 2', '2 without a text (LOG_INPUT=none)'],
    // The other one was replayed.
    ['masked', 1, '1 of 2', '1 with a masked text (LOG_INPUT=masked)'],
  ])('%s is an error', async (logInput, exitCode, count, reason) => {
    const path = await logWith(logInput);
    const { code, stderr } = await replay(path, '--against', PINNED);
    expect([code, stderr]).toEqual([
      exitCode,
      `tweet-sentiment: ${path}: ${count} predictions can't be replayed: ${reason}. ${NEED}\n`,
    ]);
  });

  test('hash needs a file of the texts', async () => {
    const path = await logWith('hash');
    const { code, stderr } = await replay(path, '--against', PINNED);
    expect([code, stderr]).toEqual([
      2,
      `tweet-sentiment: ${path}: 2 of 2 predictions can't be replayed: 2 with a hash (LOG_INPUT=hash; ` +
        `--texts names a file that has the texts). ${NEED}\n`,
    ]);

    const file = join(folder, 'texts.jsonl');
    writeFileSync(file, `${JSON.stringify(texts[1])}\n`);
    const some = await replay(path, '--against', PINNED, '--texts', file);
    expect(some.stdout).toContain('\n1 prediction, 0 differ\n');
    expect(some.stderr).toContain(
      '1 with the hash of a text that the file of --texts does not have',
    );
    expect(some.code).toBe(1);

    appendFileSync(file, `${texts[0]?.text}\n`);
    const all = await replay(path, '--against', PINNED, '--texts', file);
    expect(all.stdout).toContain('\n2 predictions, 0 differ\n');
    expect([all.code, all.stderr]).toEqual([0, '']);
  });
});

test('a version that the server does not serve', async () => {
  const args = ['--server', server.url, '--api-key', KEY];
  const { code, stderr, stdout } = await replay(log, '--against', MULTILINGUAL, ...args);
  const message = `${server.url} serves another version: expected ${MULTILINGUAL}, found ${PINNED}`;
  expect([code, stderr, stdout]).toEqual([2, `tweet-sentiment: ${message}\n`, '']);
});
