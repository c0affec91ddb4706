/** `metrics.json`: what became better, and what worse. */
import type { Metrics, Scores } from '../../artifacts/metrics.ts';
import { servedScores } from '../../artifacts/metrics.ts';
import { type Paint, signed } from '../../commands/models/diff-lines.ts';
import { type Change, changedPairs, mapChange, pairs } from './change.ts';

export interface ScoresDiff {
  /** The score by which versions are judged. */
  readonly primary: Change<string>;
  /** Only what changed. */
  readonly changes: readonly ScoreChange[];
}

export interface ScoreChange extends Change<number> {
  /** Such as `semeval-en/dev`. */
  readonly dataset: string;
  /** `served`: whichever of the others the version is served with. */
  readonly precision: 'served' | 'fp32' | 'int8';
  /** Such as `macro_recall`; with a label, its `recall`. */
  readonly metric: string;
  readonly label?: string;
}

/** Scores by data set, weights, and label. */
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

/** The score that decides. */
export function formatPrimary({ primary }: ScoresDiff): string {
  const { old: before, new: after } = primary;
  return before === after || before === undefined || after === undefined
    ? `${after ?? before}`
    : `${before} → ${after}`;
}

/** What is served, data set by data set and label by label; of the float weights, what decides. */
export function formatScores({ primary, changes }: ScoresDiff, paint: Paint): string[] {
  const decisive = primary.new ?? primary.old;
  return [...new Set(changes.map(({ dataset }) => dataset))].flatMap((dataset) => {
    const own = changes.filter((change) => change.dataset === dataset);
    const served = own.filter(
      ({ precision, metric }) => precision === 'served' && metric !== 'precision',
    );
    const float = own.filter(
      ({ precision, metric, label }) =>
        precision === 'fp32' && metric === decisive && label === undefined,
    );
    const labels = new Set(served.map(({ label = '' }) => label));
    return [
      `  ${paint('underline', dataset)}`,
      ...[...labels].map((label) =>
        formatLine(
          label || 'all labels',
          served.filter((change) => (change.label ?? '') === label),
          paint,
        ),
      ),
      ...float.map((change) => formatLine('fp32', [change], paint)),
    ];
  });
}

function formatLine(name: string, changes: readonly ScoreChange[], paint: Paint): string {
  const scores = changes.map(({ metric, ...change }) => `${metric} ${formatScore(change, paint)}`);
  return `    ${name.padEnd(10)} ${scores.join('  ')}`;
}

function formatScore({ old: before, new: after }: Change<number>, paint: Paint): string {
  const text = (value: number | undefined): string => value?.toFixed(4) ?? 'none';
  if (before === undefined || after === undefined) {
    return paint('yellow', `${text(before)} → ${text(after)}`);
  }
  const difference = signed(after - before, (value) => value.toFixed(4));
  return `${text(before)} → ${text(after)} ${paint(after < before ? 'red' : 'green', difference)}`;
}
