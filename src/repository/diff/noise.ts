/** Which scores, and which differences of scores, chance explains. */
import type { Metrics, Scores } from '../../artifacts/metrics.ts';
import { Z_95 } from '../../statistics.ts';

/**
 * The difference of a share, measured on n texts, that is more than chance: about its 95 % interval where two
 * versions disagree on a tenth of the texts, 1.96 · √(0.1 / n).
 */
export function leastDifference(texts: number): number {
  return 0.6 / Math.sqrt(Math.max(texts, 1));
}

/**
 * The same of an expected calibration error: about 1.96 times its standard deviation in bootstrap samples of 324 and of
 * 2,000 texts, of two versions.
 */
export function leastCalibrationDifference(texts: number): number {
  return 0.85 / Math.sqrt(Math.max(texts, 1));
}

/**
 * What guessing gets: one of the labels for macro averages, the most frequent one for accuracy.
 *
 * @returns a ratio; undefined where there is nothing to guess.
 */
export function chanceOf({ labels }: Scores, metric: Metrics['primary']): number | undefined {
  const supports = Object.values(labels).map(({ support }) => support);
  const total = supports.reduce((sum, support) => sum + support, 0);
  if (supports.length < 2 || total === 0) {
    return undefined;
  }
  return metric === 'accuracy' ? Math.max(...supports) / total : 1 / supports.length;
}

/** Whether a score is not above chance by more than the 95 % interval of a share of that many texts. */
export function isAtChance(scores: Scores, metric: Metrics['primary'], texts: number): boolean {
  const chance = chanceOf(scores, metric);
  return (
    chance !== undefined &&
    scores[metric] <= chance + Z_95 * Math.sqrt((chance * (1 - chance)) / Math.max(texts, 1))
  );
}
