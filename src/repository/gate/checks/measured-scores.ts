/** Recorded scores: each is measured again, with the server's own code. */
import { readFile } from 'node:fs/promises';
import { findDataFiles } from '../../../artifacts/data-files.ts';
import { readColumn } from '../../../artifacts/data-table.ts';
import { dataFileOf } from '../../../artifacts/datasets.ts';
import { measureScores, type Scores, servedScores } from '../../../artifacts/metrics.ts';
import type { Classifier } from '../../../inference/classifier.ts';
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
  const { primary } = metrics;
  const paths = await findDataFiles(datasets, dataFolder);
  const recordedScores = [...servedScores(metrics)];
  const checks: Check[] = [];
  for (const [name, recorded] of recordedScores) {
    const path = paths.get(dataFileOf(name));
    checks.push(
      path === undefined
        ? check(
            `${name} again`,
            false,
            'data/datasets.json lacks it',
            '`models data add` records it; then train again',
          )
        : checkScore(
            `${name} ${primary}, again`,
            recorded[primary],
            (await measure(classifier, path))[primary],
          ),
    );
    onProgress(checks.length, recordedScores.length);
  }
  return checks;
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

async function measure(classifier: Classifier, path: string): Promise<Scores> {
  const bytes = await readFile(path);
  const texts = readColumn(bytes, path, 'text');
  const classifications = await classifyAll(classifier, texts, () => undefined);
  return measureScores(
    classifications.map(({ label }) => label),
    readColumn(bytes, path, 'label'),
    classifier.labels,
  );
}
