/** Quantiles of many durations in little memory: counts in buckets that grow by a constant factor. */

/** A quantile is at most 5 % from the true one. */
const GROWTH = 1.1;
const LEAST_MS = 0.1;
const BUCKETS = 132;

export interface Latencies {
  /** @param ms from 0.1 ms to half a minute; what is outside counts as the nearest. */
  add(ms: number): void;
  /** Milliseconds; undefined where nothing was added. */
  quantiles(): { p50: number; p99: number } | undefined;
}

export function createLatencies(): Latencies {
  const counts = new Uint32Array(BUCKETS);
  let total = 0;
  const quantile = (q: number): number => {
    let below = 0;
    const bucket = counts.findIndex((n) => {
      below += n;
      return below >= q * total;
    });
    return Number((LEAST_MS * GROWTH ** (bucket + 0.5)).toPrecision(3));
  };
  return {
    add(ms) {
      const bucket = Math.floor(Math.log(Math.max(ms, LEAST_MS) / LEAST_MS) / Math.log(GROWTH));
      const index = Math.min(bucket, BUCKETS - 1);
      counts[index] = (counts[index] as number) + 1;
      total++;
    },
    quantiles: () => (total === 0 ? undefined : { p50: quantile(0.5), p99: quantile(0.99) }),
  };
}
