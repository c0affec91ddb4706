/**
 * How far scores are from the share of right predictions. Training code has the same in Python:
 * python/src/tweet_sentiment_models/calibration.py.
 *
 * Source: C. Guo et al., On Calibration of Modern Neural Networks, ICML 2017, arXiv:1706.04599.
 */

export const CALIBRATION_BINS = 15;

export interface JudgedPrediction {
  /** Of each label; sum 1. */
  readonly scores: readonly number[];
  /** Whether the label with the highest score is the right one. */
  readonly isRight: boolean;
}

/**
 * The expected calibration error: the mean over the texts of |share of right predictions − mean score| in their
 * bin of equal width, ((i − 1) / bins, i / bins], of the score of the predicted label.
 *
 * @returns 0 to 1, to four digits as training records it; NaN without predictions, and where a score is NaN.
 */
export function expectedCalibrationError(predictions: readonly JudgedPrediction[]): number {
  const gaps = new Float64Array(CALIBRATION_BINS);
  for (const { scores, isRight } of predictions) {
    const score = Math.max(...scores);
    if (Number.isNaN(score)) {
      return Number.NaN;
    }
    const bin = Math.min(
      Math.max(Math.ceil(score * CALIBRATION_BINS) - 1, 0),
      CALIBRATION_BINS - 1,
    );
    gaps[bin] = (gaps[bin] as number) + Number(isRight) - score;
  }
  const total = gaps.reduce((sum, gap) => sum + Math.abs(gap), 0);
  return Math.round((total / predictions.length) * 10_000) / 10_000;
}

/**
 * The scores without the temperature that their logits were divided by: softmax(z) of softmax(z / temperature).
 *
 * @param scores of each label; sum 1.
 */
export function withoutTemperature(scores: readonly number[], temperature: number): number[] {
  // Of the highest score, so that not all of them are too small for a number.
  const highest = Math.max(...scores);
  const powers = scores.map((score) => (score / highest) ** temperature);
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** Texts of one data set. */
export interface LabelledScores {
  /** Of each label; sum 1. */
  readonly scores: readonly (readonly number[])[];
  /** Indices of the right labels. */
  readonly actual: readonly number[];
}

const MIN_TEMPERATURE = 0.05;
const MAX_TEMPERATURE = 20;

/**
 * The temperature with the least negative log-likelihood, as `fit_temperature` of the Python package finds it, of scores
 * in place of logits: 1 where they are calibrated on these data sets, each with the same weight.
 *
 * @returns a bound, 0.05 or 20, where none between them has the least; NaN where a right label has no score.
 */
export function fitTemperature(datasets: readonly LabelledScores[]): number {
  const sets = datasets.map(({ scores, actual }) => ({
    logits: scores.map((row) => row.map((score) => Math.log(Math.max(score, Number.MIN_VALUE)))),
    actual,
  }));
  let [low, high] = [1 / MAX_TEMPERATURE, 1 / MIN_TEMPERATURE];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    const slope = sets.reduce((sum, set) => sum + slopeAt(middle, set), 0);
    if (Number.isNaN(slope)) {
      return Number.NaN;
    }
    [low, high] = slope < 0 ? [middle, high] : [low, middle];
  }
  return 2 / (low + high);
}

/** The derivative of the mean negative log-likelihood by 1 / temperature. */
function slopeAt(
  inverse: number,
  {
    logits,
    actual,
  }: { readonly logits: readonly (readonly number[])[]; readonly actual: readonly number[] },
): number {
  const slopes = logits.map((row, text) => {
    const highest = Math.max(...row);
    const right = row[actual[text] as number] ?? Number.NaN;
    const powers = row.map((logit) => Math.exp((logit - highest) * inverse));
    const total = powers.reduce((sum, power) => sum + power, 0);
    return row.reduce(
      (sum, logit, i) => sum + ((powers[i] as number) / total) * (logit - right),
      0,
    );
  });
  return slopes.reduce((sum, slope) => sum + slope, 0) / slopes.length;
}
