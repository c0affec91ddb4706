import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import {
  CONNECTION_CLOSE_REASONS,
  type ConnectionCloseReason,
  type EndedRequest,
  type RequestSeries,
  type Route,
} from '../../serving/observer.ts';
import { createExemplars } from './exemplars.ts';

const BUCKETS_SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

/** A histogram takes 19 series for each combination of labels. */
const TIMED_CLASSES = ['2xx', '5xx'] as const;

/**
 * The labels of a duration; undefined for what is not timed: requests that the client has to correct. Their
 * number is in the counter, their duration in the log.
 */
function timedLabels({ method, route, status }: RequestSeries) {
  const group = TIMED_CLASSES.find((each) => each[0] === String(status)[0]);
  return group && { method, route, status: group };
}

/** Requests and answers, by route. */
export function createHttpMetrics(registry: Registry) {
  const registers = [registry];
  const labelNames = ['method', 'route', 'status'] as const;
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'HTTP requests that were answered, or whose client closed the connection before (status 499).',
    labelNames,
    registers,
  });
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Seconds from the end of a request’s headers to the end of its answer, by the class of its status: 2xx or 5xx.',
    labelNames,
    buckets: BUCKETS_SECONDS,
    registers,
  });
  const exemplars = createExemplars(BUCKETS_SECONDS);
  const inProgress = new Gauge({
    name: 'http_requests_in_progress',
    help: 'HTTP requests that are being answered.',
    registers,
  });
  const closed = new Counter({
    name: 'http_connections_closed_total',
    help: 'Connections that were closed before their time, by reason: refused or evicted (too many connections), unread (the client did not read its answer).',
    labelNames: ['reason'] as const,
    registers,
  });
  for (const reason of CONNECTION_CLOSE_REASONS) {
    closed.inc({ reason }, 0);
  }
  return {
    exemplars: { http_request_duration_seconds: exemplars },
    onConnectionClosed: (reason: ConnectionCloseReason) => closed.inc({ reason }),
    /** A route's series begin at 0. */
    onRoute({ method, route, statuses }: Route): void {
      for (const status of statuses) {
        requests.inc({ method, route, status }, 0);
        const labels = timedLabels({ method, route, status });
        if (labels) {
          duration.zero(labels);
        }
      }
    },
    onRequestStart: () => inProgress.inc(),
    onRequestEnd({ series, durationSeconds, trace }: EndedRequest): void {
      inProgress.dec();
      requests.inc({ ...series });
      const labels = timedLabels(series);
      if (labels) {
        duration.observe(labels, durationSeconds);
        exemplars.record(labels, durationSeconds, trace);
      }
    },
  };
}
