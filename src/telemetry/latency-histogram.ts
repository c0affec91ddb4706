/** Quantiles of many durations in little memory: counts in buckets that grow by a constant factor. */

/** The relative error of a quantile is at most 5 %. */
const GROWTH = 1.1;
const MIN_MS = 0.1;
const BUCKETS = 132;

/** How many durations fell into each bucket. */
export type Latencies = number[];

export function createLatencies(): Latencies {
  return new Array<number>(BUCKETS).fill(0);
}

/** @param ms from 0.1 ms to half a minute; what is outside counts as the nearest. */
export function addLatency(latencies: Latencies, ms: number): void {
  const bucket = Math.floor(Math.log(Math.max(ms, MIN_MS) / MIN_MS) / Math.log(GROWTH));
  const index = Math.min(bucket, BUCKETS - 1);
  latencies[index] = (latencies[index] as number) + 1;
}

/** Milliseconds; undefined where nothing was added. */
export function quantilesOf(
  latencies: Readonly<Latencies>,
): { p50: number; p99: number } | undefined {
  const total = latencies.reduce((sum, n) => sum + n, 0);
  const quantile = (q: number): number => {
    let below = 0;
    const bucket = latencies.findIndex((n) => {
      below += n;
      return below >= q * total;
    });
    return Number((MIN_MS * GROWTH ** (bucket + 0.5)).toPrecision(3));
  };
  return total === 0 ? undefined : { p50: quantile(0.5), p99: quantile(0.99) };
}
