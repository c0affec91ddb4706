import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import type { ShadowRecord } from '../../src/serving/observer.ts';
import type { PredictionRecord } from '../../src/serving/prediction-record.ts';
import { formatLine } from '../../src/telemetry/log/log.ts';
import { predictionFields, shadowPredictionFields } from '../../src/telemetry/prediction-log.ts';

const record: PredictionRecord = {
  requestId: 'r',
  traceId: undefined,
  id: 'i',
  model: 'm',
  commit: 'c',
  input: 'hello @jack',
  label: 'positive',
  score: 0.9,
  scores: { negative: 0.04, neutral: 0.06, positive: 0.9 },
  language: 'en',
  languageConfidence: 0.98,
  tokens: 5,
  unknownRatio: 0,
  truncated: false,
  topic: 7,
  cached: false,
  latencyMs: 1.5,
};

const logInputChars = 100;

test.each([
  ['masked', 'hello @user'],
  ['full', 'hello @jack'],
  ['none', undefined],
] as const)('LOG_INPUT=%s', (logInput, input) => {
  expect(predictionFields(record, { logInput, logInputChars })).toMatchObject({
    input,
    input_cut: false,
  });
});

test('LOG_INPUT=hash distinguishes texts and reveals nothing else', () => {
  const hash = (input: string): unknown =>
    (
      predictionFields({ ...record, input }, { logInput: 'hash', logInputChars }) as {
        input: string;
      }
    ).input;
  expect(hash('hello')).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(hash('hello')).toBe(hash('hello'));
  expect(hash('hello')).not.toBe(hash('hello!'));
});

test('a field that is not known is left out of the line', () => {
  const line = JSON.parse(
    JSON.stringify(predictionFields(record, { logInput: 'none', logInputChars })),
  ) as object;
  expect(line).not.toHaveProperty('trace_id');
  expect(line).not.toHaveProperty('input');
});

describe('a text of more than LOG_INPUT_CHARS', () => {
  test('is cut, and the line has input_cut: true', () => {
    const fields = predictionFields(
      { ...record, input: '😀'.repeat(101) },
      { logInput: 'full', logInputChars },
    );
    expect(fields).toMatchObject({ input: `${'😀'.repeat(99)}…`, input_cut: true });
  });

  test('is masked before it is cut: of an address, nothing would be recognized in its first half', () => {
    const input = `${'word '.repeat(19)}someone@example.org`;
    const { input: logged } = predictionFields(
      { ...record, input },
      { logInput: 'masked', logInputChars: 104 },
    );
    expect(logged).toMatch(/ word <email>$/);
  });

  // What takes most bytes for a character: escaped by JSON or for terminals, three or four bytes of UTF-8.
  test.each(['\u0001', '\u200b', '\ud800', '\u007f', '"', '\n', '語', '😀', '\u{e0041}'])(
    'has a line of less than 16 KiB with the default, also of many %j',
    (character) => {
      const { logInputChars: byDefault } = readConfig({}, {});
      const labels = Array.from(
        { length: 30 },
        (_, i) => [`label-number-${i}`, 0.123_456] as const,
      );
      const worst: PredictionRecord = {
        ...record,
        input: character.repeat(10_000),
        requestId: 'r'.repeat(128),
        traceId: 't'.repeat(32),
        id: 'i'.repeat(128),
        model: 'm'.repeat(100),
        commit: 'c'.repeat(64),
        scores: Object.fromEntries(labels),
        languageConfidence: 0.1234,
        latencyMs: 12_345.678,
      };
      const shadow: ShadowRecord = { ...worst, primary: worst, durationSeconds: 1 };
      const logging = { logInput: 'full', logInputChars: byDefault } as const;
      for (const fields of [
        predictionFields(worst, logging),
        shadowPredictionFields(shadow, logging),
      ]) {
        const line = formatLine('info', 'shadow_prediction', fields);
        expect(Buffer.byteLength(`${line}\n`)).toBeLessThan(16 * 1024);
        expect(JSON.parse(line)).toMatchObject({ input_cut: true });
      }
    },
  );
});
