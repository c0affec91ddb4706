import { Counter, type Registry } from 'prom-client';
import { PREDICTION_ROUTES } from '../../api/prediction-routes.ts';
import type { EndedRequest, Route } from '../../serving/observer.ts';

/** Of requests without a key. No key has this name. */
const NO_CLIENT = 'none';
/** Those of clients whose key is missing or not known. */
const REFUSED_STATUSES = new Set([401, 403]);

/** Who requests predictions: names of keys, which a client does not choose. */
export function createClientMetrics(registry: Registry) {
  /** By client and status. prom-client's counter would hash its labels for each request. */
  const counts = new Map<string, Map<number, number>>([[NO_CLIENT, new Map()]]);
  const statuses = new Set<number>();
  new Counter({
    name: 'classifier_client_requests_total',
    help: 'Requests for predictions by the name of their key, none without one, and by status.',
    labelNames: ['client', 'status'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const [client, byStatus] of counts) {
        for (const [status, count] of byStatus) {
          this.inc({ client, status }, count);
        }
      }
    },
  });
  const add = (client: string, status: number, count: number): void => {
    const byStatus = counts.get(client) ?? new Map<number, number>();
    counts.set(client, byStatus.set(status, (byStatus.get(status) ?? 0) + count));
  };
  const addSeries = (): void => {
    for (const client of counts.keys()) {
      for (const status of statuses) {
        if (client === NO_CLIENT || !REFUSED_STATUSES.has(status)) {
          add(client, status, 0);
        }
      }
    }
  };
  return {
    /** The series of each client begin at 0. Those that are no longer known keep theirs. */
    onClients(names: readonly string[]): void {
      for (const name of names) {
        counts.set(name, counts.get(name) ?? new Map());
      }
      addSeries();
    },
    onRoute(route: Route): void {
      if (isForPredictions(route)) {
        for (const status of route.statuses) {
          statuses.add(status);
        }
        addSeries();
      }
    },
    onRequestEnd({ series, client = NO_CLIENT }: EndedRequest): void {
      if (isForPredictions(series)) {
        add(client, series.status, 1);
      }
    },
  };
}

function isForPredictions({ method, route }: Pick<Route, 'method' | 'route'>): boolean {
  return method === 'POST' && PREDICTION_ROUTES.has(route);
}
