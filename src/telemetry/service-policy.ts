/**
 * When the service itself is an alarm: every threshold, once. The rules in
 * deploy/prometheus/alerts-service.yml apply the same thresholds over longer windows and with a minimum
 * of requests; a test compares the two.
 */
import type { ClassifierStats } from '../inference/classifier.ts';

export const SERVICE_POLICY = {
  maxP99Seconds: 0.25,
  maxQueueSaturation: 0.9,
} as const;

/** Requests for predictions in one window. */
export interface ServiceWindow {
  readonly answered: number;
  readonly refused: number;
  readonly failed: number;
  /** Of answered requests, in milliseconds; undefined without any. */
  readonly latency?: { readonly p50: number; readonly p99: number } | undefined;
}

/** Null where there is no alarm. */
export interface ServiceAlarms {
  readonly noWorker: boolean;
  /** Answered with 5xx, of all requests. */
  readonly failedRequests: { readonly count: number; readonly requests: number } | null;
  /** Answered with 429, of all requests. */
  readonly refusedRequests: { readonly count: number; readonly requests: number } | null;
  readonly queueNearlyFull: { readonly length: number; readonly capacity: number } | null;
  readonly slowAnswers: { readonly p99: number } | null;
}

export function serviceAlarms(
  { answered, refused, failed, latency }: ServiceWindow,
  { queueLength: length, queueCapacity: capacity, workers }: ClassifierStats,
): ServiceAlarms {
  const requests = answered + refused + failed;
  const p99 = latency?.p99 ?? 0;
  const { maxP99Seconds, maxQueueSaturation } = SERVICE_POLICY;
  return {
    noWorker: workers.idle + workers.busy === 0,
    failedRequests: failed > 0 ? { count: failed, requests } : null,
    refusedRequests: refused > 0 ? { count: refused, requests } : null,
    queueNearlyFull: length > maxQueueSaturation * capacity ? { length, capacity } : null,
    slowAnswers: p99 > 1000 * maxP99Seconds ? { p99 } : null,
  };
}
