/** Recorded scores: each is measured again, with the server's own code. */
import { readFile } from 'node:fs/promises';
import {
  expectedCalibrationError,
  fitTemperature,
  type JudgedPrediction,
  withoutTemperature,
} from '../../../artifacts/calibration.ts';
import { findDataFiles } from '../../../artifacts/data-files.ts';
import { readColumn } from '../../../artifacts/data-table.ts';
import { dataFileOf } from '../../../artifacts/datasets.ts';
import {
  type Metrics,
  measureScores,
  type Scores,
  servedScores,
} from '../../../artifacts/metrics.ts';
import type { Classification, Classifier } from '../../../inference/classifier.ts';
import { classifyAll, type Progress } from '../../../inference/offline.ts';
import { formatMetric } from '../../../terminal/numbers.ts';
import { SCORE_TOLERANCES } from '../../tolerances.ts';
import { type Check, check } from '../check.ts';
import type { RecordedScores } from './recorded-scores.ts';

export async function checkMeasuredScores(
  classifier: Classifier,
  { metrics, datasets }: RecordedScores,
  dataFolder: string,
  onProgress: Progress,
): Promise<Check[]> {
  const paths = await findDataFiles(datasets, dataFolder);
  const recordedScores = [...servedScores(metrics)];
  const checks: Check[] = [];
  const fittedOn: Predictions[] = [];
  for (const [index, [name, recorded]] of recordedScores.entries()) {
    const path = paths.get(dataFileOf(name));
    if (path === undefined) {
      checks.push(lacking(name));
    } else {
      const predictions = await predict(classifier, path);
      checks.push(...checkSet(name, recorded, metrics, predictions));
      fittedOn.push(...(metrics.calibration?.fitted_on.includes(name) ? [predictions] : []));
    }
    onProgress(index + 1, recordedScores.length);
  }
  return [...checks, ...(fittedOn.length > 0 ? [checkTemperature(fittedOn)] : [])];
}

function lacking(name: string): Check {
  return check(
    `${name} again`,
    false,
    'data/datasets.json lacks it',
    '`models data add` records it; then train again',
  );
}

/** The predictions for a data set, and what was right. */
interface Predictions {
  readonly classifications: readonly Classification[];
  readonly actual: readonly string[];
  /** In the order of the logits. */
  readonly labels: readonly string[];
}

async function predict(classifier: Classifier, path: string): Promise<Predictions> {
  const bytes = await readFile(path);
  const texts = readColumn(bytes, path, 'text');
  return {
    classifications: await classifyAll(classifier, texts, () => undefined),
    actual: readColumn(bytes, path, 'label'),
    labels: classifier.labels,
  };
}

/** @param name of the data set. @param recorded its scores. */
export function checkSet(
  name: string,
  recorded: Scores,
  { primary, calibration }: Pick<Metrics, 'primary' | 'calibration'>,
  predictions: Predictions,
): Check[] {
  const { classifications, actual, labels } = predictions;
  const predicted = classifications.map(({ label }) => label);
  return [
    checkScore(
      `${name} ${primary}, again`,
      recorded[primary],
      measureScores(predicted, actual, labels)[primary],
    ),
    ...(recorded.calibration_error && calibration
      ? [
          checkCalibration(
            `${name} calibration, again`,
            recorded.calibration_error,
            measureCalibration(predictions, calibration.temperature),
          ),
        ]
      : []),
  ];
}

/**
 * A temperature that is recorded and that the graph does not divide by is found: the scores then need it. So is another
 * one, where the error of the calibration is about the same with both.
 *
 * @param fittedOn the data sets that it was fitted on.
 */
export function checkTemperature(fittedOn: readonly Predictions[]): Check {
  const more = fitTemperature(
    fittedOn.map(({ classifications, actual, labels }) => ({
      scores: classifications.map(({ scores }) => labels.map((label) => scores[label] as number)),
      actual: actual.map((label) => labels.indexOf(label)),
    })),
  );
  return check(
    'temperature, again',
    Math.abs(more - 1) <= SCORE_TOLERANCES.temperature,
    `the scores fit best at a further temperature of ${formatMetric(more)}, expected 1`,
    OTHER_TEMPERATURE,
  );
}

function checkScore(name: string, recorded: number, measured: number): Check {
  const isWithinTolerance = Math.abs(measured - recorded) <= SCORE_TOLERANCES.remeasured;
  const detail = `recorded ${formatMetric(recorded)}, measured ${formatMetric(measured)}`;
  return check(
    name,
    isWithinTolerance,
    detail,
    'the training measured another model, other texts or otherwise: measure model.onnx, one text at a time; train again',
  );
}

const OTHER_TEMPERATURE =
  'the graph divides by another temperature, or the training measured otherwise: see calibration in ' +
  'docs/how-to/versions.md; train again';

type CalibrationError = NonNullable<Scores['calibration_error']>;

/** Both errors: that before the temperature shows that the graph divides by the recorded one. */
function checkCalibration(
  name: string,
  recorded: CalibrationError,
  measured: CalibrationError,
): Check {
  const isWithinTolerance = (['before', 'after'] as const).every(
    (when) => Math.abs(measured[when] - recorded[when]) <= SCORE_TOLERANCES.calibrationError,
  );
  const format = ({ before, after }: CalibrationError): string =>
    `${formatMetric(before)} → ${formatMetric(after)}`;
  return check(
    name,
    isWithinTolerance,
    `recorded ${format(recorded)}, measured ${format(measured)}`,
    OTHER_TEMPERATURE,
  );
}

function measureCalibration(
  { classifications, actual }: Predictions,
  temperature: number,
): CalibrationError {
  const judged = classifications.map(
    ({ label, scores }, index): JudgedPrediction => ({
      scores: Object.values(scores),
      isRight: label === actual[index],
    }),
  );
  return {
    after: expectedCalibrationError(judged),
    before: expectedCalibrationError(
      judged.map(({ scores, isRight }) => ({
        scores: withoutTemperature(scores, temperature),
        isRight,
      })),
    ),
  };
}
