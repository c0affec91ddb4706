import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { BatchTimes, ClassifierStats, LookUp } from '../../inference/classifier.ts';
import type { Run } from '../../inference/messages.ts';
import type { RequestTrace } from '../../serving/trace.ts';
import { createExemplars } from './exemplars.ts';

const DURATION_BUCKETS_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/**
 * Queue, cache, batches and workers.
 *
 * @param readStats the classifier's state at a scrape.
 */
export function createInferenceMetrics(registry: Registry, readStats: () => ClassifierStats) {
  const registers = [registry];
  const queueDuration = new Histogram({
    name: 'classifier_queue_duration_seconds',
    help: 'Seconds that a text waited for a worker.',
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  });
  const inferenceDuration = new Histogram({
    name: 'classifier_inference_duration_seconds',
    help: 'Seconds that one run of the model took.',
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  });
  const batchSize = new Histogram({
    name: 'classifier_batch_size',
    help: 'Texts in one run of the model.',
    buckets: [1, 2, 3, 4, 5, 6, 7, 8],
    registers,
  });
  const cacheRequests = new Counter({
    name: 'classifier_cache_requests_total',
    help: 'Texts by the source of their classification: the cache (hit), another request’s inference (shared), their own (miss).',
    labelNames: ['result'] as const,
    registers,
  });
  for (const result of ['hit', 'shared', 'miss'] satisfies LookUp[]) {
    cacheRequests.inc({ result }, 0);
  }
  const workerRestarts = new Counter({
    name: 'classifier_worker_restarts_total',
    help: 'Worker threads that died and were replaced.',
    registers,
  });
  createStatsGauges(registry, readStats);
  const queueExemplars = createExemplars(DURATION_BUCKETS_SECONDS);
  const inferenceExemplars = createExemplars(DURATION_BUCKETS_SECONDS);
  return {
    exemplars: {
      classifier_queue_duration_seconds: queueExemplars,
      classifier_inference_duration_seconds: inferenceExemplars,
    },
    /** A request of a batch has a recorded trace. The batch itself is counted by `onDequeue` and `onRun`. */
    onTracedBatch(trace: RequestTrace, { startedAt, report }: BatchTimes, queuedAt: number): void {
      queueExemplars.record({}, Math.max(0, startedAt - queuedAt) / 1000, trace);
      for (const run of report?.runs ?? []) {
        inferenceExemplars.record({}, (run.endedAt - run.startedAt) / 1000, trace);
      }
    },
    onDequeue: (waitMs: number) => queueDuration.observe(waitMs / 1000),
    onRun({ texts, startedAt, endedAt }: Run): void {
      batchSize.observe(texts);
      inferenceDuration.observe((endedAt - startedAt) / 1000);
    },
    onLookUp: (result: LookUp) => cacheRequests.inc({ result }),
    onWorkerRestart: () => workerRestarts.inc(),
  };
}

function createStatsGauges(registry: Registry, readStats: () => ClassifierStats): void {
  const registers = [registry];
  new Gauge({
    name: 'classifier_queue_length',
    help: 'Texts that wait for a worker.',
    registers,
    collect() {
      this.set(readStats().queueLength);
    },
  });
  new Gauge({
    name: 'classifier_queue_capacity',
    help: 'Maximum number of texts that may wait for a worker.',
    registers,
    collect() {
      this.set(readStats().queueCapacity);
    },
  });
  new Gauge({
    name: 'classifier_workers',
    help: 'Worker threads by state.',
    labelNames: ['state'] as const,
    registers,
    collect() {
      for (const [state, count] of Object.entries(readStats().workers)) {
        this.set({ state }, count);
      }
    },
  });
}
