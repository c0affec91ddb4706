/**
 * When the service itself is an alarm: every threshold, once. The rules in
 * deploy/prometheus/alerts-service.yml apply the same thresholds over longer windows; a test compares the
 * two.
 */
import type { ClassifierStats } from '../inference/classifier.ts';

export const SERVICE_POLICY = {
  maxP99Seconds: 0.25,
  maxQueueSaturation: 0.9,
  minRefused: 10,
  /** How fast a month’s budget is used: 2 % of it in an hour. */
  burnRate: 14.4,
  /** What may fail, or take longer than `maxP99Seconds`; fewer requests or errors are no rate. */
  errors: { budget: 0.001, minRequests: 100, minErrors: 10 },
  slow: { budget: 0.01, minAnswers: 500 },
} as const;

/** Requests for predictions in one window. */
export interface ServiceWindow {
  readonly answered: number;
  readonly refused: number;
  readonly failed: number;
  /** Answered after more than `maxP99Seconds`; undefined where that is not counted. */
  readonly slow?: number | undefined;
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
    /** Of the answers of the last minute, 0 to 1. */
    | { readonly kind: 'slow_answers'; readonly share: number }
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
  const { maxQueueSaturation, minRefused, burnRate, errors, slow } = SERVICE_POLICY;
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
      lasting.failed > burnRate * errors.budget * requestsOf(lasting);
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
  if ((recent.slow ?? 0) > slow.budget * recent.answered) {
    const isPage =
      lasting.answered >= slow.minAnswers &&
      (lasting.slow ?? 0) > burnRate * slow.budget * lasting.answered;
    const alert = { severity: severity(isPage), alert: 'ClassifierLatencyBudgetBurn' } as const;
    alarms.push({ kind: 'slow_answers', share: (recent.slow ?? 0) / recent.answered, ...alert });
  }
  return alarms.sort((a, b) => Number(b.severity === 'page') - Number(a.severity === 'page'));
}

function requestsOf({ answered, refused, failed }: ServiceWindow): number {
  return answered + refused + failed;
}
