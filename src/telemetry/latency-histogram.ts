/**
 * Quantiles of many durations in little memory: counts in buckets that grow by a constant factor. The exact
 * `quantile` of statistics.ts needs every value; here the histograms of many seconds are kept, added up, and
 * sent between processes.
 */

/** The relative error of a quantile is at most 5 %. */
const GROWTH = 1.1;
const MIN_MS = 0.1;
const BUCKETS = 132;

/** How many durations are in each bucket. */
export type Latencies = number[];

export function createLatencies(): Latencies {
  return new Array<number>(BUCKETS).fill(0);
}

/** @param ms from 0.1 ms to 30 s; what is outside counts as the nearest. */
export function addLatency(latencies: Latencies, ms: number): void {
  const bucket = Math.floor(Math.log(Math.max(ms, MIN_MS) / MIN_MS) / Math.log(GROWTH));
  const index = Math.min(bucket, BUCKETS - 1);
  latencies[index] = (latencies[index] as number) + 1;
}

/** Milliseconds; undefined where there are no durations. */
export function quantilesOf(
  latencies: Readonly<Latencies>,
): { p50: number; p99: number } | undefined {
  const total = latencies.reduce((sum, n) => sum + n, 0);
  const quantile = (share: number): number => {
    let seen = 0;
    const bucket = latencies.findIndex((n) => {
      seen += n;
      return seen >= share * total;
    });
    return Number((MIN_MS * GROWTH ** (bucket + 0.5)).toPrecision(3));
  };
  return total === 0 ? undefined : { p50: quantile(0.5), p99: quantile(0.99) };
}
