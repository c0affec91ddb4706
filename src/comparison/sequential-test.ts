/** Tests whose p-values may be looked at any time: docs/decisions/0015-verdict.md. */

/**
 * The prior on the share of texts, of those that only one version is right on, on which the candidate is:
 * Beta(a, a). With a = 4, the fewest texts are needed for shares of 0.2 to 0.4
 * (docs/decisions/0015-verdict.md).
 */
const PRIOR = 4;

/**
 * The p-value of the hypothesis that both versions are right equally often.
 *
 * McNemar's exact test takes the texts on which exactly one version is right: under the hypothesis, each of
 * them is a fair coin. Its p-value holds for one look at a number of texts that was fixed before. This one
 * is the inverse of the likelihood ratio between a mixture of coins and the fair coin, which is a
 * martingale: by Ville's inequality, it falls below α with a probability of at most α, ever, however often
 * it is looked at (Robbins 1970; Johari et al. 2017, "Peeking at A/B tests").
 *
 * @param primaryRight number of texts on which only the primary is right.
 * @param candidateRight number of texts on which only the candidate is right.
 */
export function anytimePValue(primaryRight: number, candidateRight: number): number {
  const count = primaryRight + candidateRight;
  const logRatio =
    logBeta(candidateRight + PRIOR, primaryRight + PRIOR) -
    logBeta(PRIOR, PRIOR) +
    count * Math.LN2;
  return Math.min(1, Math.exp(-logRatio));
}

/** Stakes of a bet that a mean is above 0; values are at most 1 in size, so no bet can lose all. */
const STAKES = [0.25, 0.5, 0.75, 0.99];

/** No evidence yet: the logarithm of the wealth of each stake. Those of several processes can be added. */
export function noEvidence(): number[] {
  return STAKES.map(() => 0);
}

/**
 * Evidence that the mean of values from -1 to 1 is above 0, by betting: while it is not, the expected wealth
 * never grows (Waudby-Smith and Ramdas 2024, "Estimating means of bounded random variables by betting").
 */
export function addEvidence(evidence: number[], value: number): void {
  STAKES.forEach((stake, i) => {
    evidence[i] = (evidence[i] ?? 0) + Math.log1p(stake * value);
  });
}

/** The p-value of the hypothesis that the mean is 0 or below, valid at any time (Ville's inequality). */
export function evidencePValue(evidence: readonly number[]): number {
  const wealth = evidence.reduce((sum, log) => sum + Math.exp(log), 0) / evidence.length;
  return Math.min(1, 1 / wealth);
}

/** Of positive integers. */
function logBeta(a: number, b: number): number {
  return logFactorial(a - 1) + logFactorial(b - 1) - logFactorial(a + b - 1);
}

/** Exact up to 20!, then Stirling's series: its error is below 1e-13. */
function logFactorial(n: number): number {
  if (n <= 20) {
    let product = 1;
    for (let factor = 2; factor <= n; factor++) {
      product *= factor;
    }
    return Math.log(product);
  }
  const series = 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1260 * n ** 5);
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + series;
}
