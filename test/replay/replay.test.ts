/** A log through a version, of which only the model is replaced. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ReplayError } from '../../src/replay/replay-error.ts';
import { isProven } from '../../src/replay/report.ts';
import { describeMissing } from '../../src/replay/report-texts.ts';
import { openTextFile } from '../../src/replay/text-file.ts';
import {
  answerTo,
  COMMIT,
  createAnswers,
  eventLine,
  lineOf,
  OTHER,
  run,
  writeLog,
} from './lines.ts';

const TEXTS = Array.from({ length: 10 }, (_, at) => `positive text ${at}`);

describe('predictions of the version itself', () => {
  test('none differs where every score is the same, however many are classified at once', async () => {
    const log = writeLog(TEXTS.map((text) => lineOf(text)));
    for (const chunk of [1, 3, 10, 512]) {
      const report = await run(log, { answers: createAnswers(chunk) });

      expect(report.checked).toEqual({
        predictions: 10,
        differ: 0,
        differences: [],
        sameInOtherBatch: 0,
        maybeMasked: 0,
      });
      expect(report.compared).toEqual([]);
      expect(report.against).toEqual({ commit: COMMIT, tag: 'v2.0.0' });
      expect(isProven(report)).toBe(true);
    }
  });

  test('the lines that differ are found, with their place', async () => {
    const log = writeLog([
      eventLine('listening', { log_input: 'full' }),
      '',
      ...TEXTS.map((text, at) => lineOf(text, at % 4 === 0 ? { score: 0.81 + at / 100 } : {})),
    ]);
    const report = await run(log);

    expect(report.checked.differences).toEqual(
      [0, 4, 8].map((at) => ({
        file: log,
        line: at + 3,
        requestId: 'r',
        text: `positive text ${at}`,
        expected: { label: 'positive', score: 0.81 + at / 100 },
        found: { label: 'positive', score: 0.8 },
        scores: [],
      })),
    );
    expect(report.checked.differ).toBe(3);
    expect(isProven(report)).toBe(false);
  });

  test('what the version answers beside other texts is no difference', async () => {
    const other = { label: 'positive', score: 0.75, scores: { positive: 0.75 } };
    const log = writeLog([
      lineOf('positive one', other),
      lineOf('positive two', { ...other, score: 0.76 }),
      lineOf('positive three'),
    ]);
    const asked: string[] = [];
    const answers = {
      ...createAnswers(),
      alternatives: async (text: string) => {
        asked.push(text);
        return [answerTo(text), other];
      },
    };
    const { checked } = await run(log, { answers });

    expect(checked).toMatchObject({
      predictions: 3,
      differ: 1,
      sameInOtherBatch: 1,
      differences: [{ line: 2, text: 'positive two' }],
    });
    // Only what differs is classified again.
    expect(asked).toEqual(['positive one', 'positive two']);
  });

  test('all that differ are counted, a hundred are kept', async () => {
    const log = writeLog(Array.from({ length: 150 }, () => lineOf('positive', { score: 0.9 })));
    const { checked } = await run(log);

    expect([checked.differ, checked.differences.length]).toEqual([150, 100]);
  });

  test('those that may have been masked are counted where the log does not name LOG_INPUT', async () => {
    const lines = [lineOf('positive @user', { score: 0.9 }), lineOf('positive', { score: 0.9 })];
    const start = eventLine('listening', { log_input: 'full' });

    expect((await run(writeLog(lines))).checked.maybeMasked).toBe(1);
    expect((await run(writeLog([start, ...lines]))).checked.maybeMasked).toBe(0);
  });
});

test('predictions of several versions: the own ones are checked, those of others compared', async () => {
  const log = writeLog([
    ...TEXTS.map((text) => lineOf(text, { commit: OTHER })),
    ...TEXTS.map((text) => lineOf(text)),
    lineOf('neutral', { commit: 'c'.repeat(40), label: 'negative', id: 'x' }),
    eventLine('feedback', {
      id: 'x',
      commit: 'cccccccc',
      predicted: 'negative',
      actual: 'neutral',
    }),
    // Feedback on the version's own predictions decides nothing.
    eventLine('feedback', {
      id: 'y',
      commit: 'aaaaaaaa',
      predicted: 'positive',
      actual: 'neutral',
    }),
  ]);
  const report = await run(log);

  expect(report.checked).toMatchObject({ predictions: 10, differ: 0 });
  expect(report.compared).toMatchObject([
    { commit: OTHER, tag: 'v1.0.0', predictions: 10, verdict: { all: { texts: 10 } } },
    {
      commit: 'c'.repeat(40),
      predictions: 1,
      verdict: { all: { feedback: { candidateRight: 1 }, agreement: { share: 0 } } },
      examples: [{ text: 'neutral', logged: { label: 'negative' }, found: { label: 'neutral' } }],
    },
  ]);
  expect(report.compared[0]?.summary[0]).toBe('v2.0.0 disagrees with v1.0.0 on 0.0 % of 10 texts.');
  expect(report.feedback).toEqual({ counted: 1, withoutPrediction: 0 });
  expect(isProven(report)).toBe(true);
});

test('a prediction with a label that the version does not have is not compared', async () => {
  const log = writeLog([
    lineOf('positive', { commit: OTHER, label: 'joy' }),
    lineOf('positive', { commit: OTHER }),
  ]);
  const report = await run(log);

  expect(report.notCompared).toEqual({ otherLabels: 1, furtherVersions: 0 });
  expect(report.compared[0]?.predictions).toBe(1);
  expect(isProven(report)).toBe(false);
});

test('lines of other events and broken lines are left out and counted', async () => {
  const log = writeLog([
    eventLine('ready'),
    eventLine('shadow_prediction'),
    lineOf('positive'),
    '> npm start',
    lineOf('positive').slice(0, 50),
    '',
  ]);
  const report = await run(log);

  expect(report.lines).toEqual({ predictions: 1, events: 2, broken: 2 });
  expect(isProven(report)).toBe(true);
});

test('a cut text is left out and counted, never classified as if it were whole', async () => {
  const log = writeLog([
    lineOf('positive'),
    lineOf('neutral te…', { input_cut: true, label: 'positive' }),
  ]);
  const report = await run(log);

  expect(report.missing).toMatchObject({ cut: 1 });
  expect(report.checked).toMatchObject({ predictions: 1, differ: 0 });
  expect(isProven(report)).toBe(false);
  expect(describeMissing(report)).toContain(
    '1 with a text that was cut (a LOG_INPUT_CHARS of MAX_CHARS cuts none)',
  );
});

test('the texts of hashes are looked up, and their place is that of the log', async () => {
  const hashOf = (text: string): string =>
    `sha256:${createHash('sha256').update(text).digest('hex')}`;
  const start = eventLine('listening', { log_input: 'hash' });
  const lines = TEXTS.map((text, at) =>
    lineOf(text, { input: hashOf(text), ...(at === 7 ? { score: 0.9 } : {}) }),
  );
  const path = writeLog(TEXTS.slice(1), 'texts.txt');
  const texts = await openTextFile(path);
  try {
    const report = await run(writeLog([start, ...lines]), { texts });

    expect(report.missing).toEqual({ none: 0, cut: 0, masked: 0, hash: 0, 'unknown-hash': 1 });
    expect(report.checked).toMatchObject({
      predictions: 9,
      differ: 1,
      differences: [{ line: 9, text: 'positive text 7' }],
    });
    expect(isProven(report)).toBe(false);
  } finally {
    await texts.close();
  }
});

test('progress is reported: the number of predictions, and the share of the bytes', async () => {
  const calls: [number, number | undefined][] = [];
  const files = [writeLog(TEXTS.map((text) => lineOf(text))), writeLog([lineOf('positive')])];
  await run(files, { onProgress: (...progress) => calls.push(progress) });

  expect(calls.map(([predictions]) => predictions)).toEqual([3, 6, 9, 11]);
  const shares = calls.map(([, share]) => share ?? 0);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(shares.at(-1)).toBe(1);
});

describe('a log that has nothing to replay', () => {
  const hash = { input: `sha256:${'0'.repeat(64)}` };
  const none = { input: undefined };
  const need = 'A replay needs the log of a server with LOG_INPUT=full, or --texts with every text';

  test.each<[string, readonly string[], (path: string) => string]>([
    [
      'no log',
      ['{"name": "package"}', 'text'],
      (path) => `${path}: not a prediction log, which has one JSON object with an event per line`,
    ],
    ['an idle server', [eventLine('ready')], (path) => `${path}: no predictions to replay`],
    ['an empty file', [], (path) => `${path}: no predictions to replay`],
    [
      'no texts',
      [lineOf('positive', none)],
      (path) =>
        `${path}: 1 of 1 predictions can't be replayed: 1 without a text (LOG_INPUT=none). ${need}`,
    ],
    [
      'hashes',
      [lineOf('positive', hash), lineOf('positive', hash)],
      (path) =>
        `${path}: 2 of 2 predictions can't be replayed: 2 with a hash (LOG_INPUT=hash; --texts ` +
        `names a file that has the texts). ${need}`,
    ],
    [
      'masked texts',
      [eventLine('listening', { log_input: 'masked' }), lineOf('positive @user')],
      (path) =>
        `${path}: 1 of 1 predictions can't be replayed: 1 with a masked text (LOG_INPUT=masked). ${need}`,
    ],
  ])('%s', async (_, lines, message) => {
    const path = writeLog(lines);
    await expect(run(path)).rejects.toThrow(new ReplayError('nothing-to-replay', message(path)));
  });

  test('hashes of texts that the file does not have', async () => {
    const path = writeLog([lineOf('positive', hash)]);
    const texts = await openTextFile(writeLog(['another text'], 'texts.txt'));
    await expect(run(path, { texts }).finally(texts.close)).rejects.toThrow(
      '1 with the hash of a text that the file of --texts does not have.',
    );
  });
});

test('a failed classification ends the replay', async () => {
  const answers = {
    ...createAnswers(),
    classify: () => Promise.reject(new Error('the workers are gone')),
  };
  const log = writeLog(TEXTS.map((text) => lineOf(text)));
  await expect(run(log, { answers })).rejects.toThrow('the workers are gone');
  // It can be read again from its start.
  writeFileSync(log, `${lineOf('positive')}\n`);
  expect((await run(log)).checked.predictions).toBe(1);
});
