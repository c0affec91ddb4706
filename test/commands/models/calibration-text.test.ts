/** Where scores are shown, so is how well they are calibrated. */
import { expect, test } from 'vitest';
import type { Metrics } from '../../../src/artifacts/metrics.ts';
import { formatScores } from '../../../src/commands/models/diff-scores.ts';
import { formatDescription } from '../../../src/commands/models/show-text.ts';
import { viewScores } from '../../../src/repository/browse/views.ts';
import type { VersionDescription } from '../../../src/repository/describe.ts';
import { diffScores } from '../../../src/repository/diff/scores.ts';
import type { Paint } from '../../../src/terminal/paint.ts';

const MEANS = { macro_recall: 0.7, macro_f1: 0.7, accuracy: 0.7, labels: {} };

const metrics = (after: number): Metrics => ({
  primary: 'macro_recall',
  datasets: {
    'en/dev': {
      rows: 100,
      fp32: MEANS,
      int8: { ...MEANS, calibration_error: { before: 0.0912, after } },
    },
    'de/dev': { rows: 100, fp32: MEANS, int8: MEANS },
  },
  calibration: { method: 'temperature', temperature: 1.25, fitted_on: ['en/dev'], bins: 15 },
});
const CALIBRATED = metrics(0.0148);

test('models show', () => {
  const description: VersionDescription = {
    ...{ model: 'm', commit: 'c', parents: [], message: 'M' },
    author: { name: 'A', email: 'a@example.com', date: '2026-01-01' },
    ...{ ingredients: {}, datasets: undefined, hyperparameters: undefined, notes: [] },
    ...{ environment: undefined, metrics: CALIBRATED },
  } as unknown as VersionDescription;
  const lines = formatDescription(description).split('\n');
  expect(lines.slice(lines.indexOf('scores (macro_recall)') + 1)).toEqual([
    `  ${'en/dev'.padEnd(32)} fp32 0.7000  int8 0.7000  calibration error 0.0912 → 0.0148`,
    `  ${'de/dev'.padEnd(32)} fp32 0.7000  int8 0.7000`,
    `  ${'calibration'.padEnd(32)} temperature 1.25, fitted on en/dev`,
  ]);
});

test('models diff: a lower error is better', () => {
  const paint = ((colour, text) => `<${colour}>${text}`) as Paint;
  const lines = (before: number, after: number) =>
    formatScores(diffScores({ old: metrics(before), new: metrics(after) }), paint);
  expect(lines(0.0148, 0.05)).toContainEqual(
    expect.stringContaining('calibration_error 0.0148 → 0.0500 <red>+0.0352'),
  );
  expect(lines(0.05, 0.0148)).toContainEqual(
    expect.stringContaining('calibration_error 0.0500 → 0.0148 <green>−0.0352'),
  );
});

test('models diff: another temperature', () => {
  const paint = ((_, text) => text) as Paint;
  const { calibration, ...uncalibrated } = CALIBRATED;
  const hotter = { ...CALIBRATED, calibration: calibration && { ...calibration, temperature: 3 } };
  const lines = (before: Metrics, after: Metrics) =>
    formatScores(diffScores({ old: before, new: after }), paint);
  expect(lines(CALIBRATED, hotter)).toEqual([
    '  en/dev: the same',
    '  de/dev: the same',
    '  calibration: temperature 1.25 → 3',
  ]);
  expect(lines(uncalibrated, CALIBRATED)).toContain('  calibration: temperature none → 1.25');
  expect(lines(CALIBRATED, CALIBRATED)).toEqual(['  en/dev: the same', '  de/dev: the same']);
});

test('the page of the history', () => {
  const views = viewScores(CALIBRATED, []);
  expect(views.map(({ name, calibrationError }) => ({ name, calibrationError }))).toEqual([
    { name: 'en/dev', calibrationError: { before: 0.0912, after: 0.0148 } },
    { name: 'de/dev', calibrationError: undefined },
  ]);
  expect(views[0]?.scores).toEqual({ macro_recall: 0.7, macro_f1: 0.7, accuracy: 0.7 });
});
