/**
 * The Prometheus metrics, each defined once, with every series there from the first scrape.
 * Names follow https://prometheus.io/docs/practices/naming/.
 */
import { Registry } from 'prom-client';
import type { Normal } from '../../drift/normal.ts';
import type { Classifier, ClassifierStats } from '../../inference/classifier.ts';
import type { EndedRequest, Route } from '../../serving/observer.ts';
import type { PredictionRecord } from '../../serving/prediction-record.ts';
import type { ServedModel } from '../../serving/served-model.ts';
import { createClientMetrics } from './client-metrics.ts';
import { createDriftMetrics } from './drift-metrics.ts';
import type { Exemplars } from './exemplars.ts';
import { createHttpMetrics } from './http-metrics.ts';
import { createInferenceMetrics } from './inference-metrics.ts';
import { createLogMetrics } from './log-metrics.ts';
import { createModelMetrics } from './model-metrics.ts';
import { encodeOpenMetrics, OPEN_METRICS_TYPE } from './open-metrics.ts';
import { createPredictionMetrics } from './prediction-metrics.ts';
import { collectProcessMetrics } from './process-metrics.ts';
import { createShadowMetrics } from './shadow-metrics.ts';
import { addSnapshots, type MetricsSnapshot, newestExemplars } from './snapshot.ts';

/** What the metrics show of a model. */
export type ServingModel = Pick<ServedModel, 'name' | 'commit' | 'tag' | 'date' | 'profile'> & {
  readonly temperature?: ServedModel['temperature'];
  readonly classifier: Pick<Classifier, 'labels'>;
};

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Creates the metrics on a registry of their own.
 *
 * @param readStats the state of queue and workers.
 * @param readNormal the normal of the version that serves; by default there is none.
 */
export function createMetrics(
  readStats: () => ClassifierStats,
  readNormal: () => Promise<Normal | undefined> = async () => undefined,
) {
  const registry = new Registry();
  collectProcessMetrics(registry);
  const http = createRequestMetrics(registry);
  const predictions = createPredictionMetrics(registry);
  const inference = createInferenceMetrics(registry, readStats);
  const model = createModelMetrics(registry);
  const drift = createDriftMetrics(registry, readNormal);
  const shadow = createShadowMetrics(registry);
  const log = createLogMetrics(registry);
  const exemplars: Readonly<Record<string, Exemplars>> = {
    ...http.exemplars,
    ...inference.exemplars,
  };
  const snapshot = async (): Promise<MetricsSnapshot> =>
    (await registry.getMetricsAsJSON()).map((metric) => {
      const found = exemplars[metric.name]?.read() ?? [];
      return found.length > 0 ? { ...metric, exemplars: found } : metric;
    });
  return {
    ...http,
    ...inference,
    ...log,
    onRejected: predictions.onRejected,
    onFeedback: predictions.onFeedback,
    onModelLoaded: model.onModelLoaded,
    onAlreadyServing: model.onAlreadyServing,
    onModelFailed: model.onModelFailed,
    onServing(served: ServingModel): void {
      model.onServing(served);
      drift.onServing(served.profile);
      predictions.onServing(served.commit, served.classifier.labels);
    },
    ...shadow,
    onPrediction(record: PredictionRecord): void {
      drift.onPrediction(record);
      predictions.onPrediction(record);
    },

    contentType: registry.contentType,
    /**
     * The exposition, in Prometheus text format.
     *
     * @param reports samples of all processes that share the port; none where there is only this one.
     */
    expose: async (reports: readonly MetricsSnapshot[] = []): Promise<string> =>
      reports.length === 0 ? registry.metrics() : addSnapshots(reports).metrics(),
    openMetricsType: OPEN_METRICS_TYPE,
    /** The same in the OpenMetrics format, with exemplars. */
    exposeOpenMetrics: async (reports: readonly MetricsSnapshot[] = []): Promise<string> => {
      const own = reports.length === 0 ? await snapshot() : undefined;
      const sum = own ?? (await addSnapshots(reports).getMetricsAsJSON());
      return encodeOpenMetrics(sum, newestExemplars(own ? [own] : reports));
    },
    snapshot,
  };
}

/** Requests by route and by client. */
function createRequestMetrics(registry: Registry) {
  const http = createHttpMetrics(registry);
  const clients = createClientMetrics(registry);
  return {
    ...http,
    onClients: clients.onClients,
    onRoute(route: Route): void {
      http.onRoute(route);
      clients.onRoute(route);
    },
    onRequestEnd(request: EndedRequest): void {
      http.onRequestEnd(request);
      clients.onRequestEnd(request);
    },
  };
}
