/**
 * When the service itself is an alarm: every threshold, once. The rules in
 * deploy/prometheus/alerts-service.yml apply the same thresholds over longer windows; a test compares the
 * two.
 */
import type { ClassifierStats } from '../inference/classifier.ts';

export const SERVICE_POLICY = {
  maxP99Seconds: 0.25,
  /** With fewer answers, one in a hundred is fewer than five. */
  minAnswers: 500,
  maxQueueSaturation: 0.9,
  minRefused: 10,
  /** The error rate that uses 2 % of a month’s budget in an hour; fewer requests or errors are no rate. */
  errors: { maxRatio: 14.4 * 0.001, minRequests: 100, minErrors: 10 },
} as const;

/** Requests for predictions in one window. */
export interface ServiceWindow {
  readonly answered: number;
  readonly refused: number;
  readonly failed: number;
  /** Of answered requests, in milliseconds; undefined without any. */
  readonly latency?: { readonly p50: number; readonly p99: number } | undefined;
}

interface RaisedAlarm {
  /** `page` where the thresholds of the alert are exceeded, `ticket` before. */
  readonly severity: 'page' | 'ticket';
  /** Of deploy/prometheus, and its section of the runbook. */
  readonly alert: string;
}

export type ServiceAlarm = RaisedAlarm &
  (
    | { readonly kind: 'no_worker' }
    /** Answered with 5xx, or with 429, of all requests of the last minute. */
    | {
        readonly kind: 'failed_requests' | 'refused_requests';
        readonly count: number;
        readonly requests: number;
      }
    | { readonly kind: 'queue_nearly_full'; readonly length: number; readonly capacity: number }
    /** In milliseconds. */
    | { readonly kind: 'slow_answers'; readonly p99: number }
  );

/**
 * @param recent the last minute: what is wrong now.
 * @param lasting the last five minutes: whether it is a reason to be called.
 */
export function serviceAlarms(
  recent: ServiceWindow,
  lasting: ServiceWindow,
  { queueLength: length, queueCapacity: capacity, workers }: ClassifierStats,
): ServiceAlarm[] {
  const { maxP99Seconds, minAnswers, maxQueueSaturation, minRefused, errors } = SERVICE_POLICY;
  const alarms: ServiceAlarm[] = [];
  const severity = (isPage: boolean) => (isPage ? 'page' : 'ticket');
  const requests = requestsOf(recent);
  if (workers.idle + workers.busy === 0) {
    alarms.push({ kind: 'no_worker', severity: 'page', alert: 'ClassifierWorkerRestarts' });
  }
  if (recent.failed > 0) {
    const isPage =
      lasting.failed >= errors.minErrors &&
      requestsOf(lasting) >= errors.minRequests &&
      lasting.failed > errors.maxRatio * requestsOf(lasting);
    const alert = { severity: severity(isPage), alert: 'ClassifierErrorBudgetBurn' } as const;
    alarms.push({ kind: 'failed_requests', count: recent.failed, requests, ...alert });
  }
  if (recent.refused > 0) {
    const isPage = lasting.refused >= minRefused;
    const alert = { severity: severity(isPage), alert: 'ClassifierQueueFull' } as const;
    alarms.push({ kind: 'refused_requests', count: recent.refused, requests, ...alert });
  } else if (length > maxQueueSaturation * capacity) {
    const alert = { severity: 'page', alert: 'ClassifierQueueFull' } as const;
    alarms.push({ kind: 'queue_nearly_full', length, capacity, ...alert });
  }
  const isSlow = (window: ServiceWindow) => (window.latency?.p99 ?? 0) > 1000 * maxP99Seconds;
  if (isSlow(recent)) {
    const isPage = isSlow(lasting) && lasting.answered >= minAnswers;
    const alert = { severity: severity(isPage), alert: 'ClassifierLatency' } as const;
    alarms.push({ kind: 'slow_answers', p99: recent.latency?.p99 ?? 0, ...alert });
  }
  return alarms.sort((a, b) => Number(b.severity === 'page') - Number(a.severity === 'page'));
}

function requestsOf({ answered, refused, failed }: ServiceWindow): number {
  return answered + refused + failed;
}
