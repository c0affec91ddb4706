/** Which texts of a batch share a run of the model. */

/** Maximum number of texts in a run: with more, activations leave the CPU's cache and a text costs more. */
export const MAX_TEXTS = 8;

/**
 * Cost of a run in addition to its texts, in tokens: one more run pays if it saves more padding than this.
 * Depends on the CPU; chosen by measurement: docs/decisions/0009-batching-and-sessions.md.
 */
const RUN_OVERHEAD_TOKENS = 12;

/**
 * In a run whose longest text has L tokens, the attention of each text costs as much as L² / 400 tokens:
 * the only cost of padding if the model is `paddingFree`. From the same measurement.
 */
const TOKENS_SQUARED_PER_ATTENTION = 400;

/**
 * Divides texts into runs at the lowest cost. A run of n texts, the longest of L tokens, costs
 * `RUN_OVERHEAD_TOKENS + n · L`; if the model is `paddingFree`, `RUN_OVERHEAD_TOKENS + n · L² / 400`
 * (the rest does not depend on the division). The texts of a run share a tensor, so they are neighbours
 * in the order of length; the best division of the sorted lengths is found by dynamic programming.
 *
 * @param lengths tokens of each text.
 * @returns runs of indices into `lengths`; each index is in exactly one run.
 */
export function cutRuns(lengths: readonly number[], paddingFree: boolean): number[][] {
  const order = lengths.map((_, index) => index);
  order.sort((a, b) => (lengths[a] as number) - (lengths[b] as number));
  // best[end]: the lowest cost of the first `end` texts, and where the last of their runs begins.
  const best = [{ cost: 0, start: 0 }];
  for (let end = 1; end <= order.length; end++) {
    const longest = lengths[order[end - 1] as number] as number;
    const costPerText = paddingFree ? longest ** 2 / TOKENS_SQUARED_PER_ATTENTION : longest;
    let lowest = { cost: Number.POSITIVE_INFINITY, start: end - 1 };
    for (let start = end - 1; start >= Math.max(0, end - MAX_TEXTS); start--) {
      const before = (best[start] as { cost: number }).cost;
      const cost = before + RUN_OVERHEAD_TOKENS + (end - start) * costPerText;
      if (cost < lowest.cost) {
        lowest = { cost, start };
      }
    }
    best.push(lowest);
  }
  const runs: number[][] = [];
  for (let end = order.length; end > 0; ) {
    const { start } = best[end] as { start: number };
    runs.unshift(order.slice(start, end));
    end = start;
  }
  return runs;
}
