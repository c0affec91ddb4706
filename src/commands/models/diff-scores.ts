/** The scores of `models diff`: a line for each data set and label. */
import type { Change } from '../../repository/diff/change.ts';
import {
  CALIBRATION_ERROR,
  type ScoreChange,
  type ScoresDiff,
} from '../../repository/diff/scores.ts';
import { padEnd } from '../../terminal/columns.ts';
import { formatMetric, formatSigned } from '../../terminal/numbers.ts';
import type { Paint } from '../../terminal/paint.ts';

/** The score that decides. */
export function formatPrimary({ primary }: ScoresDiff): string {
  const { old: before, new: after } = primary;
  return before === after || before === undefined || after === undefined
    ? `${after ?? before}`
    : `${before} → ${after}`;
}

/** All scores of the served weights; of the float weights, the score that decides. */
export function formatScores(diff: ScoresDiff, paint: Paint): string[] {
  const { primary, changes, same, temperature } = diff;
  const decisive = primary.new ?? primary.old;
  const all = [...changes, ...same];
  const datasets = new Set(all.map(({ dataset }) => dataset));
  const lines = [...datasets].flatMap((dataset) => {
    const ofDataset = all.filter((pair) => pair.dataset === dataset);
    if (!ofDataset.some(isChange)) {
      return [`  ${paint('underline', dataset)}: the same`];
    }
    const float = ofDataset.filter(
      ({ precision, metric, label }) =>
        precision === 'fp32' && metric === decisive && label === undefined,
    );
    return [
      `  ${paint('underline', dataset)}`,
      ...formatServed(ofDataset, paint),
      ...float.map((change) => formatLine('fp32', [change], paint)),
    ];
  });
  return [...lines, ...formatTemperature(temperature, paint)];
}

function formatTemperature({ old: before, new: after }: Change<number>, paint: Paint): string[] {
  return before === after
    ? []
    : [`  calibration: temperature ${paint('yellow', `${before ?? 'none'} → ${after ?? 'none'}`)}`];
}

function isChange({ old: before, new: after }: Change<number>): boolean {
  return before !== after;
}

function formatServed(all: readonly ScoreChange[], paint: Paint): string[] {
  const served = all.filter(
    ({ precision, metric }) => precision === 'served' && metric !== 'precision',
  );
  const labels = new Set(served.map(({ label = '' }) => label));
  return [...labels].map((label) =>
    formatLine(
      label || 'all labels',
      served.filter((pair) => (pair.label ?? '') === label),
      paint,
    ),
  );
}

function formatLine(name: string, scores: readonly ScoreChange[], paint: Paint): string {
  const texts = scores.some(isChange)
    ? scores.map((score) => `${score.metric} ${formatScore(score, paint)}`)
    : ['the same'];
  return `    ${padEnd(name, 10)} ${texts.join('  ')}`;
}

function formatScore({ metric, old: before, new: after }: ScoreChange, paint: Paint): string {
  const text = (value: number | undefined): string =>
    value === undefined ? 'none' : formatMetric(value);
  if (before === undefined || after === undefined) {
    return paint('yellow', `${text(before)} → ${text(after)}`);
  }
  if (before === after) {
    return `${text(after)}, the same`;
  }
  const difference = formatSigned(after - before, formatMetric);
  const isWorse = metric === CALIBRATION_ERROR ? after > before : after < before;
  return `${text(before)} → ${text(after)} ${paint(isWorse ? 'red' : 'green', difference)}`;
}
