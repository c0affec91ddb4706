import { expect, test } from 'vitest';
import type { PredictionRecord } from '../../src/serving/prediction-record.ts';
import { predictionFields } from '../../src/telemetry/prediction-log.ts';

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
  cached: false,
  latencyMs: 1.5,
};

test.each([
  ['masked', 'hello @user'],
  ['full', 'hello @jack'],
  ['none', undefined],
] as const)('LOG_INPUT=%s', (policy, input) => {
  expect(predictionFields(record, policy)).toHaveProperty('input', input);
});

test('LOG_INPUT=hash distinguishes texts and reveals nothing else', () => {
  const hash = (input: string): unknown =>
    (predictionFields({ ...record, input }, 'hash') as { input: string }).input;
  expect(hash('hello')).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(hash('hello')).toBe(hash('hello'));
  expect(hash('hello')).not.toBe(hash('hello!'));
});

test('a field that is not known is left out of the line', () => {
  const line = JSON.parse(JSON.stringify(predictionFields(record, 'none'))) as object;
  expect(line).not.toHaveProperty('trace_id');
  expect(line).not.toHaveProperty('input');
});
