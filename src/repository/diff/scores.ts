/** `metrics.json`: the scores that changed. */
import type { Metrics, Scores } from '../../artifacts/metrics.ts';
import { servedScores } from '../../artifacts/metrics.ts';
import { type Change, changedPairs, mapChange, pairs } from './change.ts';

export interface ScoresDiff {
  /** The score that decides. */
  readonly primary: Change<string>;
  /** Only what changed. */
  readonly changes: readonly ScoreChange[];
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

/** By precision, data set and label. */
export function diffScores(metrics: Change<Metrics>): ScoresDiff {
  return {
    primary: mapChange(metrics, ({ primary }) => primary),
    changes: (['served', 'fp32', 'int8'] as const).flatMap((precision) =>
      pairs(mapChange(metrics, (side) => scoresOf(side, precision))).flatMap(
        ({ name: dataset, ...sides }) =>
          diffOne(sides).map((change) => ({ dataset, precision, ...change })),
      ),
    ),
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

function diffOne(sides: Change<Scores>): Omit<ScoreChange, 'dataset' | 'precision'>[] {
  const means = changedPairs(
    mapChange(
      sides,
      ({ labels: _, ...numbers }) => new Map<string, number>(Object.entries(numbers)),
    ),
  ).map(({ name: metric, ...change }) => ({ metric, ...change }));
  const labels = pairs(mapChange(sides, (side) => new Map(Object.entries(side.labels)))).flatMap(
    ({ name: label, ...scores }) =>
      changedPairs(
        mapChange(
          scores,
          ({ f1, recall, precision }) =>
            new Map<string, number>(Object.entries({ f1, recall, precision })),
        ),
      ).map(({ name: metric, ...change }) => ({ metric, label, ...change })),
  );
  return [...means, ...labels];
}
