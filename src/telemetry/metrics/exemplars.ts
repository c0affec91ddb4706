/** Exemplars: for each bucket of a histogram, the newest observation that belongs to a recorded trace. */
import type { RequestTrace } from '../../serving/trace.ts';

type Labels = Readonly<Record<string, string>>;

export interface Exemplar {
  /** Of the series, without `le`. */
  readonly labels: Labels;
  /** Upper bound of the bucket. */
  readonly le: number | '+Inf';
  readonly value: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly traceId: string;
  readonly spanId: string;
}

export interface Exemplars {
  /** Has no effect where no span of the trace is recorded. */
  record(labels: Labels, value: number, trace: RequestTrace | undefined): void;
  read(): Exemplar[];
}

/**
 * Their number is bounded by that of the series.
 *
 * @param bounds of the histogram's buckets, ascending.
 */
export function createExemplars(bounds: readonly number[]): Exemplars {
  /** By series and bucket. */
  const newest = new Map<string, Exemplar>();
  return {
    record: (labels, value, trace) => {
      if (trace?.spanId === undefined) {
        return;
      }
      const { traceId, spanId } = trace;
      const le = bounds.find((bound) => value <= bound) ?? '+Inf';
      const timestamp = Date.now() / 1000;
      const key = `${Object.values(labels).join('\n')}\n${le}`;
      newest.set(key, { labels, le, value, timestamp, traceId, spanId });
    },
    read: () => [...newest.values()],
  };
}
