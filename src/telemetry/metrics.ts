/**
 * The Prometheus metrics, each defined once, with every series there from the first scrape.
 * Names follow https://prometheus.io/docs/practices/naming/.
 */
import {
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client';
import { binNames, createTally, LANGUAGES, type Profile, type Tally } from '../drift/profile.ts';
import { UNDETERMINED } from '../inference/language.ts';
import type { PredictionRecord } from './prediction-log.ts';

/** prom-client's names for these break the rule that only counters end in `_total`. */
const MISNAMED = [
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
];

const HTTP_BUCKETS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

export { LANGUAGES };

const REJECTION_REASONS = ['queue_full', 'deadline', 'client_gone'] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** A method, route and status of an answer. */
export interface HttpSeries {
  readonly method: string;
  readonly route: string;
  readonly status: number;
}

export interface RouteSeries {
  readonly method: string;
  readonly route: string;
  readonly statuses: readonly number[];
}

/** What is asked of the classifier at each scrape. */
export interface ClassifierGauges {
  readonly queueLength: number;
  readonly queueCapacity: number;
  readonly workers: Readonly<Record<string, number>>;
}

export interface LoadedModel {
  readonly name: string;
  readonly commit: string;
  /** Such as `v1.0.0`; undefined where the version has none. */
  readonly tag: string | undefined;
  /** When it was committed, as ISO 8601 has it. */
  readonly date: string;
  readonly labels: readonly string[];
  /** Of no text where the version has none: then there are bins, and no reference. */
  readonly profile: Profile;
}

export type Metrics = ReturnType<typeof createMetrics>;

/** All samples of one process. */
export type MetricsSnapshot = readonly MetricObjectWithValues<MetricValue<string>>[];

/** What counts up: it goes on to count for a process that has ended. */
export function countersOf(snapshot: MetricsSnapshot): MetricsSnapshot {
  // In prom-client's JSON, types are what the exposition calls them.
  return snapshot.filter(({ type }) => ['counter', 'histogram'].includes(String(type)));
}

/** Several processes as one. */
function sumOf(snapshots: readonly MetricsSnapshot[]): Registry {
  return AggregatorRegistry.aggregate(snapshots as unknown as object[]) as Registry;
}

/** The counters of several processes as those of one. */
export function addCounters(snapshots: readonly MetricsSnapshot[]): Promise<MetricsSnapshot> {
  return sumOf(snapshots.map(countersOf)).getMetricsAsJSON();
}

/**
 * Creates the metrics on a registry of their own.
 *
 * @param readClassifier the classifier's state; undefined while none is loaded.
 */
export function createMetrics(readClassifier: () => ClassifierGauges | undefined) {
  const registry = new Registry();
  const registers = [registry];
  // The lag is sampled by a timer, which at its default of 10 ms takes most of the CPU at rest.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  for (const name of MISNAMED) {
    registry.removeSingleMetric(name);
  }
  // Of several processes, prom-client would leave it out.
  Object.assign(registry.getSingleMetric('process_start_time_seconds') as object, {
    aggregator: 'min',
  });

  const httpLabels = ['method', 'route', 'status'] as const;
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'HTTP requests that were answered, or whose client went away before (status 499).',
    labelNames: httpLabels,
    registers,
  });
  const requestDuration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Seconds from a request’s headers to the end of its answer.',
    labelNames: httpLabels,
    buckets: HTTP_BUCKETS,
    registers,
  });
  const inProgress = new Gauge({
    name: 'http_requests_in_progress',
    help: 'HTTP requests that are being answered.',
    registers,
  });

  const predictions = new Counter({
    name: 'classifier_predictions_total',
    help: 'Predictions that were answered, by predicted label and identified language.',
    labelNames: ['label', 'language'] as const,
    registers,
  });
  const score = new Histogram({
    name: 'classifier_prediction_score',
    help: 'Probability of the predicted label.',
    labelNames: ['label'] as const,
    buckets: [0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95, 0.99],
    registers,
  });
  const tokens = new Histogram({
    name: 'classifier_input_tokens',
    help: 'Tokens of a text as the model saw it, special ones included.',
    buckets: [4, 8, 16, 24, 32, 48, 64, 96, 128, 256, 512],
    registers,
  });
  const unknownRatio = new Histogram({
    name: 'classifier_unknown_token_ratio',
    help: 'Share of a text’s tokens that the model’s vocabulary does not know.',
    buckets: [0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1],
    registers,
  });
  const truncated = new Counter({
    name: 'classifier_truncated_total',
    help: 'Predictions made from a text that was cut to the model’s window.',
    registers,
  });

  const durationBuckets = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ];
  const queueDuration = new Histogram({
    name: 'classifier_queue_duration_seconds',
    help: 'Seconds that a text waited for a worker.',
    buckets: durationBuckets,
    registers,
  });
  const inferenceDuration = new Histogram({
    name: 'classifier_inference_duration_seconds',
    help: 'Seconds that one run of the model took.',
    buckets: durationBuckets,
    registers,
  });
  const batchSize = new Histogram({
    name: 'classifier_batch_size',
    help: 'Texts in one run of the model.',
    buckets: [1, 2, 3, 4, 5, 6, 7, 8],
    registers,
  });
  new Gauge({
    name: 'classifier_queue_length',
    help: 'Texts that wait for a worker.',
    registers,
    collect() {
      this.set(readClassifier()?.queueLength ?? 0);
    },
  });
  new Gauge({
    name: 'classifier_queue_capacity',
    help: 'Most texts that may wait for a worker.',
    registers,
    collect() {
      this.set(readClassifier()?.queueCapacity ?? 0);
    },
  });
  new Gauge({
    name: 'classifier_workers',
    help: 'Worker threads, by what they do.',
    labelNames: ['state'] as const,
    registers,
    collect() {
      const states = readClassifier()?.workers ?? { starting: 0, idle: 0, busy: 0 };
      for (const [state, count] of Object.entries(states)) {
        this.set({ state }, count);
      }
    },
  });
  const rejected = new Counter({
    name: 'classifier_rejected_total',
    help: 'Requests for predictions that were not made, by reason.',
    labelNames: ['reason'] as const,
    registers,
  });
  for (const reason of REJECTION_REASONS) {
    rejected.inc({ reason }, 0);
  }
  const cacheRequests = new Counter({
    name: 'classifier_cache_requests_total',
    help: 'Texts by where their classification is from: the cache (hit), another request’s inference (shared), their own (miss).',
    labelNames: ['result'] as const,
    registers,
  });
  for (const result of ['hit', 'shared', 'miss']) {
    cacheRequests.inc({ result }, 0);
  }
  const workerRestarts = new Counter({
    name: 'classifier_worker_restarts_total',
    help: 'Worker threads that died and were replaced.',
    registers,
  });
  const modelInfo = new Gauge({
    name: 'classifier_model_info',
    help: 'Always 1; its labels name the model that is served.',
    labelNames: ['name', 'commit', 'version'] as const,
    aggregator: 'max',
    registers,
  });
  const modelTimestamp = new Gauge({
    name: 'classifier_model_commit_timestamp_seconds',
    help: 'When the version that is served was committed, in seconds since 1970.',
    aggregator: 'max',
    registers,
  });
  const modelLoads = new Counter({
    name: 'classifier_model_loads_total',
    help: 'Attempts to load a model, by how they ended.',
    labelNames: ['result'] as const,
    registers,
  });
  for (const result of ['success', 'failure']) {
    modelLoads.inc({ result }, 0);
  }
  // Counted into arrays, five to a prediction, and made into series when they are asked for.
  let bins: Profile = { texts: 0, features: {} };
  let tally: Tally = createTally(bins);
  new Counter({
    name: 'classifier_observations_total',
    help: 'Predictions of the version that is served, by the bins of its profile.',
    labelNames: ['feature', 'bin'] as const,
    registers,
    collect() {
      this.reset();
      for (const [feature, distribution] of Object.entries(bins.features)) {
        binNames(distribution).forEach((bin, i) => {
          this.inc({ feature, bin }, tally.counts[feature]?.[i] ?? 0);
        });
      }
    },
  });
  const referenceRatio = new Gauge({
    name: 'classifier_reference_ratio',
    help: 'Share of the version’s training data in each bin of its profile.',
    labelNames: ['feature', 'bin'] as const,
    aggregator: 'max',
    registers,
  });
  const feedback = new Counter({
    name: 'classifier_feedback_total',
    help: 'Predictions that a client told the right label of, by predicted and actual label.',
    labelNames: ['predicted', 'actual'] as const,
    registers,
  });
  const logLines = new Counter({
    name: 'prediction_log_lines_total',
    help: 'Predictions that were handed to the log.',
    registers,
  });
  const logDropped = new Counter({
    name: 'prediction_log_dropped_total',
    help: 'Log lines that a sink lost, because it could not be written or its buffer was full.',
    registers,
  });

  const known = new Set([...LANGUAGES, UNDETERMINED]);

  return {
    contentType: registry.contentType,
    /**
     * The exposition, in Prometheus text format.
     *
     * @param others samples of the other processes that serve the same port.
     */
    expose: async (others: readonly MetricsSnapshot[] = []): Promise<string> =>
      others.length === 0
        ? registry.metrics()
        : sumOf([await registry.getMetricsAsJSON(), ...others]).metrics(),
    snapshot: (): Promise<MetricsSnapshot> => registry.getMetricsAsJSON(),

    /** A model has been loaded; its labels' series begin. */
    onModelLoaded({ name, commit, tag, date, labels, profile }: LoadedModel): void {
      modelInfo.reset();
      modelInfo.set({ name, commit, version: tag ?? '' }, 1);
      modelTimestamp.set(Date.parse(date) / 1000);
      modelLoads.inc({ result: 'success' });
      bins = profile;
      tally = createTally(profile);
      referenceRatio.reset();
      for (const [feature, distribution] of Object.entries(profile.texts ? profile.features : {})) {
        binNames(distribution).forEach((bin, i) => {
          referenceRatio.set({ feature, bin }, distribution.ratios[i] as number);
        });
      }
      for (const label of labels) {
        for (const actual of labels) {
          feedback.inc({ predicted: label, actual }, 0);
        }
        score.zero({ label });
        for (const language of [...known, 'other']) {
          predictions.inc({ label, language }, 0);
        }
      }
    },
    onModelFailed: () => modelLoads.inc({ result: 'failure' }),

    /** A route's series begin at 0. */
    onRoute({ method, route, statuses }: RouteSeries): void {
      for (const status of statuses) {
        requests.inc({ method, route, status }, 0);
        requestDuration.zero({ method, route, status });
      }
    },
    onRequestStart: () => inProgress.inc(),
    onRequestEnd(series: HttpSeries, durationSeconds: number): void {
      inProgress.dec();
      requests.inc({ ...series });
      requestDuration.observe({ ...series }, durationSeconds);
    },
    onPrediction(record: PredictionRecord): void {
      const { label, language } = record;
      tally.add(record);
      predictions.inc({ label, language: known.has(language) ? language : 'other' });
      score.observe({ label }, record.score);
      tokens.observe(record.tokens);
      unknownRatio.observe(record.unknownRatio);
      if (record.truncated) {
        truncated.inc();
      }
      logLines.inc();
    },
    onFeedback: (predicted: string, actual: string) => feedback.inc({ predicted, actual }),
    onLogDrop: () => logDropped.inc(),
    onRejected: (reason: RejectionReason) => rejected.inc({ reason }),
    onDequeue: (waitMs: number) => queueDuration.observe(waitMs / 1000),
    onRun({ texts, durationMs }: { texts: number; durationMs: number }): void {
      batchSize.observe(texts);
      inferenceDuration.observe(durationMs / 1000);
    },
    onLookUp: (result: 'hit' | 'shared' | 'miss') => cacheRequests.inc({ result }),
    onWorkerRestart: () => workerRestarts.inc(),
  };
}
