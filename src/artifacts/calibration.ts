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
