/** From the logits of a model to scores and label. */

/** The name of the output that has the logits, of the names of a model's outputs. */
export function findLogits(outputNames: readonly string[]): string | undefined {
  return outputNames.includes('logits') ? 'logits' : outputNames[0];
}

/**
 * Softmax; the maximum is subtracted first, so that no exponential overflows.
 *
 * @param logits `[labels]`
 * @returns probabilities, `[labels]`, sum 1.
 */
export function softmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const max = Math.max(...values);
  const exps = values.map((logit) => Math.exp(logit - max));
  const sum = exps.reduce((total, exp) => total + exp, 0);
  return exps.map((exp) => exp / sum);
}

/** Index of the largest value; the first one if several are equal. */
export function argmax(values: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    if ((values[i] as number) > (values[best] as number)) {
      best = i;
    }
  }
  return best;
}
