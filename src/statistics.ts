/** Statistics that several folders need. */

/**
 * The quantile by nearest rank: the smallest value that at least this share of all values do not exceed. It
 * is always one of the values.
 *
 * @param counts values and how often each occurs, such as a `Map`; in any order.
 * @param share 0 to 1; 0.5 is the median.
 * @returns undefined where there are no values.
 */
export function quantile(
  counts: Iterable<readonly [value: number, count: number]>,
  share: number,
): number | undefined {
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const rank = share * sorted.reduce((total, [, count]) => total + count, 0);
  let seen = 0;
  return sorted.find(([, count]) => {
    seen += count;
    return seen >= rank;
  })?.[0];
}

/** The 97.5th percentile of the standard normal distribution: two-sided intervals of 95 %. */
export const Z_95 = 1.959963984540054;

/**
 * Wilson's score interval of a share, 95 %.
 *
 * Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927.
 *
 * @returns 0 to 1 where `total` is 0.
 */
export function wilsonInterval(count: number, total: number): readonly [low: number, high: number] {
  if (total === 0) {
    return [0, 1];
  }
  const share = count / total;
  const square = Z_95 ** 2;
  const center = share + square / (2 * total);
  const spread = Z_95 * Math.sqrt((share * (1 - share)) / total + square / (4 * total ** 2));
  const scale = 1 + square / total;
  return [Math.max(0, (center - spread) / scale), Math.min(1, (center + spread) / scale)];
}

/** @param unit 1e3 for three decimals. */
export function round(value: number, unit: number): number {
  return Math.round(value * unit) / unit;
}
