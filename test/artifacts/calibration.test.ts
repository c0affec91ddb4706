/** Values computed by hand, the same as in python/tests/test_calibration.py. */
import { expect, test } from 'vitest';
import {
  expectedCalibrationError,
  fitTemperature,
  withoutTemperature,
} from '../../src/artifacts/calibration.ts';
import { temperatureOf } from '../../src/artifacts/metrics.ts';

test('gaps are weighted by the texts of their bin, which has its upper bound', () => {
  const predictions = [
    // Of 15 bins, the twelfth ends at 0.8: |1 − 0.8 − 0.78| = 0.58
    { scores: [0.8, 0.1, 0.1], isRight: true },
    { scores: [0.78, 0.12, 0.1], isRight: false },
    // 1 − 0.5
    { scores: [0.3, 0.5, 0.2], isRight: true },
    // The sixth ends at 0.4.
    { scores: [0.4, 0.35, 0.25], isRight: false },
  ];
  expect(expectedCalibrationError(predictions)).toBe(0.37);
});

test('a temperature is taken out of the scores', () => {
  // Logits (ln 9, 0): 0.9 at temperature 1, 0.75 at 2.
  const [first, second] = withoutTemperature([0.75, 0.25], 2);
  expect(first).toBeCloseTo(0.9, 12);
  expect(second).toBeCloseTo(0.1, 12);
});

test('the temperature of a version is that of its record', () => {
  const scores = { macro_recall: 1, macro_f1: 1, accuracy: 1, labels: {} };
  const calibrated = { ...scores, calibration_error: { before: 0.1, after: 0.01 } };
  const calibration = { method: 'temperature', temperature: 1.5, fitted_on: ['a'], bins: 15 };
  const metrics = (int8: object) => ({ primary: 'accuracy', datasets: { a: { rows: 1, int8 } } });
  expect(temperatureOf({ ...metrics(calibrated), calibration })).toBe(1.5);
  // Nothing that is not valid: it is served all the same.
  expect(temperatureOf({ ...metrics(scores), calibration })).toBeUndefined();
  expect(temperatureOf(metrics(scores))).toBeUndefined();
  expect(temperatureOf(undefined)).toBeUndefined();
});

test('no temperature hides an error', () => {
  // At the limit, one label has everything: 1 for a wrong one.
  expect(withoutTemperature([0.7, 0.2, 0.1], 1e300)).toEqual([1, 0, 0]);
  const wrong = [{ scores: withoutTemperature([0.7, 0.2, 0.1], 1e4), isRight: false }];
  expect(expectedCalibrationError(wrong)).toBe(1);
});

test('a score that is no number has no error', () => {
  const right = { scores: [1, 0], isRight: true };
  expect(
    expectedCalibrationError([right, { scores: [Number.NaN, Number.NaN], isRight: true }]),
  ).toBeNaN();
});

test('a temperature is fitted on scores as on logits, each data set with the same weight', () => {
  const set = (score: number, actual: readonly number[]) => ({
    scores: actual.map(() => [score, 1 - score]),
    actual,
  });
  expect(fitTemperature([set(0.9, [0, 0, 0, 1])])).toBeCloseTo(2, 6);
  expect(fitTemperature([set(0.75, [0, 0, 0, 1])])).toBeCloseTo(1, 6);
  // 3 of 4 and 4 of 8 are right: the mean share is 5/8, not 7/12.
  expect(fitTemperature([set(0.9, [0, 0, 0, 1]), set(0.9, [0, 1, 0, 1, 0, 1, 0, 1])])).toBeCloseTo(
    Math.log(9) / Math.log(5 / 3),
    6,
  );
  expect(fitTemperature([set(0.9, [0, 0])])).toBeCloseTo(0.05, 6);
  expect(fitTemperature([set(1, [0, 0, 0, 1])])).toBeCloseTo(20, 6);
  expect(fitTemperature([set(0.9, [0, -1])])).toBeNaN();
});
