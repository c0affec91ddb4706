import { Counter, type Registry } from 'prom-client';
import { PREDICTION_ROUTES } from '../../api/prediction-routes.ts';
import type { EndedRequest, Route } from '../../serving/observer.ts';

/** Of requests without a key. No key has this name. */
const NO_CLIENT = 'none';
/** Those of clients whose key is missing or not known. */
const REFUSED_STATUSES = new Set([401, 403]);

/** Who requests predictions: names of keys, which a client does not choose. */
export function createClientMetrics(registry: Registry) {
  const requests = new Counter({
    name: 'classifier_client_requests_total',
    help: 'Requests for predictions by the name of their key, none without one, and by status.',
    labelNames: ['client', 'status'] as const,
    registers: [registry],
  });
  const clients = new Set([NO_CLIENT]);
  const statuses = new Set<number>();
  const addSeries = (): void => {
    for (const client of clients) {
      for (const status of statuses) {
        if (client === NO_CLIENT || !REFUSED_STATUSES.has(status)) {
          requests.inc({ client, status }, 0);
        }
      }
    }
  };
  return {
    /** The series of each client begin at 0. Those that are no longer known keep theirs. */
    onClients(names: readonly string[]): void {
      for (const name of names) {
        clients.add(name);
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
        requests.inc({ client, status: series.status });
      }
    },
  };
}

function isForPredictions({ method, route }: Pick<Route, 'method' | 'route'>): boolean {
  return method === 'POST' && PREDICTION_ROUTES.has(route);
}
