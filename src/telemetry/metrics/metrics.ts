/**
 * The Prometheus metrics, each defined once, with every series there from the first scrape.
 * Names follow https://prometheus.io/docs/practices/naming/.
 */
import { Registry } from 'prom-client';
import type { Classifier, ClassifierStats } from '../../inference/classifier.ts';
import type { PredictionRecord } from '../../serving/prediction-record.ts';
import type { ServedModel } from '../../serving/served-model.ts';
import { createDriftMetrics } from './drift-metrics.ts';
import { createHttpMetrics } from './http-metrics.ts';
import { createInferenceMetrics } from './inference-metrics.ts';
import { createLogMetrics } from './log-metrics.ts';
import { createModelMetrics } from './model-metrics.ts';
import { createPredictionMetrics } from './prediction-metrics.ts';
import { collectProcessMetrics } from './process-metrics.ts';
import { addSnapshots, type MetricsSnapshot } from './snapshot.ts';

/** What the metrics show of a model. */
export type LoadedModel = Pick<ServedModel, 'name' | 'commit' | 'tag' | 'date' | 'profile'> & {
  readonly classifier: Pick<Classifier, 'labels'>;
};

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Creates the metrics on a registry of their own.
 *
 * @param readStats the state of queue and workers.
 */
export function createMetrics(readStats: () => ClassifierStats) {
  const registry = new Registry();
  collectProcessMetrics(registry);
  const http = createHttpMetrics(registry);
  const predictions = createPredictionMetrics(registry);
  const inference = createInferenceMetrics(registry, readStats);
  const model = createModelMetrics(registry);
  const drift = createDriftMetrics(registry);
  const log = createLogMetrics(registry);
  return {
    ...http,
    ...inference,
    ...log,
    onRejected: predictions.onRejected,
    onFeedback: predictions.onFeedback,
    onModelFailed: model.onModelFailed,
    onModelLoaded(loaded: LoadedModel): void {
      model.onModelLoaded(loaded);
      drift.onModelLoaded(loaded.profile);
      predictions.onModelLoaded(loaded.classifier.labels);
    },
    onPrediction(record: PredictionRecord): void {
      drift.onPrediction(record);
      predictions.onPrediction(record);
      log.onPredictionLine();
    },

    contentType: registry.contentType,
    /**
     * The exposition, in Prometheus text format.
     *
     * @param others samples of the other processes that share the port.
     */
    expose: async (others: readonly MetricsSnapshot[] = []): Promise<string> =>
      others.length === 0
        ? registry.metrics()
        : addSnapshots([await registry.getMetricsAsJSON(), ...others]).metrics(),
    snapshot: (): Promise<MetricsSnapshot> => registry.getMetricsAsJSON(),
  };
}
