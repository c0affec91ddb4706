/** `metrics.json`: the scores that changed, and those that did not. */
import type { Metrics, Scores } from '../../artifacts/metrics.ts';
import { servedScores } from '../../artifacts/metrics.ts';
import { type Change, mapChange, pairs } from './change.ts';

export interface ScoresDiff {
  /** The score that decides. */
  readonly primary: Change<string>;
  readonly changes: readonly ScoreChange[];
  /** Those that are equal in both versions. */
  readonly same: readonly ScoreChange[];
  /** That the served scores are calibrated with. */
  readonly temperature: Change<number>;
}

export interface ScoreChange extends Change<number> {
  /** Such as `semeval-en/dev`. */
  readonly dataset: string;
  /** `served`: the precision that the version is served with, which is one of the others. */
  readonly precision: 'served' | 'fp32' | 'int8';
  /** Such as `macro_recall`; with a label, its `recall`. */
  readonly metric: string;
  readonly label?: string;
}

/** The metric that is better where it is lower: the expected calibration error of the served scores. */
export const CALIBRATION_ERROR = 'calibration_error';

/** By precision, data set and label. */
export function diffScores(metrics: Change<Metrics>): ScoresDiff {
  const all = (['served', 'fp32', 'int8'] as const).flatMap((precision) =>
    pairs(mapChange(metrics, (side) => scoresOf(side, precision))).flatMap(
      ({ name: dataset, ...sides }) =>
        pairsOf(sides).map((pair): ScoreChange => ({ dataset, precision, ...pair })),
    ),
  );
  return {
    primary: mapChange(metrics, ({ primary }) => primary),
    changes: all.filter((pair) => pair.old !== pair.new),
    same: all.filter((pair) => pair.old === pair.new),
    temperature: mapChange(metrics, ({ calibration }) => calibration?.temperature),
  };
}

function scoresOf(
  metrics: Metrics,
  precision: ScoreChange['precision'],
): ReadonlyMap<string, Scores> {
  if (precision === 'served') {
    return servedScores(metrics);
  }
  return new Map(
    Object.entries(metrics.datasets).flatMap(([name, { [precision]: scores }]) =>
      scores ? [[name, scores]] : [],
    ),
  );
}

function meansOf({ labels: _, calibration_error, ...means }: Scores): ReadonlyMap<string, number> {
  return new Map(
    Object.entries({
      ...means,
      ...(calibration_error ? { [CALIBRATION_ERROR]: calibration_error.after } : {}),
    }),
  );
}

function pairsOf(sides: Change<Scores>): Omit<ScoreChange, 'dataset' | 'precision'>[] {
  const means = pairs(mapChange(sides, meansOf)).map(({ name: metric, ...change }) => ({
    metric,
    ...change,
  }));
  const labels = pairs(mapChange(sides, (side) => new Map(Object.entries(side.labels)))).flatMap(
    ({ name: label, ...scores }) =>
      pairs(
        mapChange(
          scores,
          ({ f1, recall, precision }) =>
            new Map<string, number>(Object.entries({ f1, recall, precision })),
        ),
      ).map(({ name: metric, ...change }) => ({ metric, label, ...change })),
  );
  return [...means, ...labels];
}
