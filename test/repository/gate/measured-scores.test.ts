/** A claimed calibration is measured again, as the scores are. */
import { expect, test } from 'vitest';
import type { Scores } from '../../../src/artifacts/metrics.ts';
import type { Classification } from '../../../src/inference/classifier.ts';
import { checkSet, checkTemperature } from '../../../src/repository/gate/checks/measured-scores.ts';

/** At temperature 2, the label has 0.75; without it 0.9. Three of four are right. */
const classification = {
  label: 'positive',
  scores: { negative: 0.25, positive: 0.75 },
} as unknown as Classification;
const predictions = {
  classifications: Array<Classification>(4).fill(classification),
  actual: ['positive', 'positive', 'positive', 'negative'],
  labels: ['negative', 'positive'],
};
const SCORES: Scores = { macro_recall: 0.5, macro_f1: 0.4286, accuracy: 0.75, labels: {} };
const RIGHT = { before: 0.15, after: 0 };

const check = (recorded: Scores, temperature: number) =>
  checkSet(
    'en/dev',
    recorded,
    {
      primary: 'accuracy',
      calibration: { method: 'temperature', temperature, fitted_on: ['en/dev'], bins: 15 },
    },
    predictions,
  ).map(({ name, result, detail }) => `${name}: ${result}, ${detail}`);

test.each<[string, NonNullable<Scores['calibration_error']>, number, string]>([
  ['a right record passes', RIGHT, 2, 'passed, recorded 0.1500 → 0.0000, measured 0.1500 → 0.0000'],
  ['within the tolerance', { before: 0.133, after: 0.017 }, 2, 'passed'],
  ['another error after', { before: 0.15, after: 0.03 }, 2, 'failed'],
  ['another error before', { before: 0.12, after: 0 }, 2, 'failed'],
  ['another temperature than the graph has', RIGHT, 1.5, 'failed'],
])('%s', (_, calibration_error, temperature, expected) => {
  const [score, calibration, ...others] = check({ ...SCORES, calibration_error }, temperature);
  expect(score).toBe('en/dev accuracy, again: passed, recorded 0.7500, measured 0.7500');
  expect(calibration).toMatch(new RegExp(`^en/dev calibration, again: ${expected}`));
  expect(others).toEqual([]);
});

test('where no error is recorded, only the score is checked', () => {
  expect(check(SCORES, 2)).toHaveLength(1);
});

test('a temperature that is recorded only is found', () => {
  // The served scores are 0.75, and three of four are right.
  expect(checkTemperature([predictions])).toMatchObject({
    name: 'temperature, again',
    result: 'passed',
  });
  const scores = { negative: 0.28, positive: 0.72 };
  const classifications = Array<Classification>(4).fill({ ...classification, scores });
  // Of 0.75 − 0.72, the error is no more than chance makes it.
  expect(checkTemperature([{ ...predictions, classifications }])).toMatchObject({
    result: 'failed',
    detail: 'the scores fit best at a further temperature of 0.8597, expected 1',
  });
  // No label of the model.
  const actual = [...predictions.actual.slice(1), 'mixed'];
  expect(checkTemperature([{ ...predictions, actual }])).toMatchObject({ result: 'failed' });
});
