/** How fast the workers complete what waits, measured by the batches that they ran last. */

/** So many batches are remembered. */
const REMEMBERED = 16;
/** With fewer, the rate is not known. */
const MIN_BATCHES = 4;

export interface DrainRate {
  /** A batch has ended. */
  record(cost: number, durationMs: number): void;
  /** Cost that all workers complete in a millisecond; undefined before it is known. */
  perMs(): number | undefined;
}

/**
 * The rate is that of the median batch: while the process or its CPU stands still, a few batches take
 * long, and the queue is no slower afterwards.
 *
 * @param workers how many batches run at the same time.
 */
export function createDrainRate(workers: number): DrainRate {
  const msPerCost: number[] = [];
  let median: number | undefined;
  return {
    record: (cost, durationMs) => {
      msPerCost.push(durationMs / cost);
      if (msPerCost.length > REMEMBERED) {
        msPerCost.shift();
      }
      median = msPerCost.length < MIN_BATCHES ? undefined : medianOf(msPerCost);
    },
    perMs: () => (median === undefined ? undefined : workers / Math.max(median, Number.EPSILON)),
  };
}

function medianOf(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
