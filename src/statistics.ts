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
