/** What a process observes, and what it exposes of it: metrics, log, the console's history. */
import type { Config } from '../config/config.ts';
import type { Normal } from '../drift/normal.ts';
import { createNormals } from '../drift/normals.ts';
import type { ClassifierStats } from '../inference/classifier.ts';
import type { EndedChange } from '../serving/changes.ts';
import type { Observer } from '../serving/observer.ts';
import type { ServedModel } from '../serving/served-model.ts';
import type { ShadowReport } from '../serving/shadow.ts';
import { errorFields } from './error-fields.ts';
import { createHistory, type History } from './history.ts';
import type { HistorySnapshot } from './history-snapshot.ts';
import { createLog, type Log } from './log/log.ts';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import type { MetricsSnapshot } from './metrics/snapshot.ts';
import { createObserver } from './observer.ts';
import {
  allObserved,
  createReportReader,
  type ProcessGroup,
  type ProcessReports,
  type ReadReport,
} from './process-group.ts';
import { selectTexts, type TimedPrediction } from './recent-texts.ts';
import { createRequestLog } from './request-log.ts';
import { type ServiceAlarm, serviceAlarms } from './service-policy.ts';
import { addStats, NO_STATS } from './stats.ts';
import type { OnTracedBatch, Tracer } from './tracer.ts';

/** A scrape waits for the log, so that its counts are those of the lines that are there. */
const FLUSH_TIMEOUT_MS = 200;
/** What the collector has not received by then, when the process stops, is dropped. */
const TRACES_TIMEOUT_MS = 1_000;
/** What the log has not written by then, when the process stops, is dropped. */
const LOG_TIMEOUT_MS = 2_000;

export interface Overview extends HistorySnapshot {
  readonly stats: ClassifierStats;
  readonly alarms: readonly ServiceAlarm[];
}

/** A format of the metrics. */
export interface Exposition {
  readonly contentType: string;
  expose(): Promise<string>;
}

export interface Telemetry {
  readonly log: Log;
  /** Writes the last lines. @param unanswered the number of connections that still waited for an answer. */
  readonly close: (unanswered: number) => Promise<void>;
  readonly observer: Observer;
  /** The metrics of all processes, in the formats of Prometheus and OpenMetrics. */
  readonly exposition: Readonly<Record<'text' | 'openMetrics', Exposition>>;
  /** The history, queues and workers of all processes. */
  readonly overview: () => Promise<Overview>;
  /** The newest texts of some bins of a feature, of all processes. */
  readonly readTexts: (feature: string, bins: readonly string[]) => Promise<TimedPrediction[]>;
  readonly readReport: ReadReport;
  /** The normal of the version that serves; undefined where there is none. */
  readonly readNormal: () => Promise<Normal | undefined>;
}

type TracingConfig = Pick<Config, 'otlpEndpoint' | 'otlpTracesEndpoint'>;
type TelemetryConfig = TracingConfig &
  Pick<
    Config,
    'logLevel' | 'logFile' | 'logInput' | 'logInputChars' | 'accessLog' | 'modelName' | 'baselines'
  >;

/** What the parts of the server report of themselves. */
export interface Readers {
  /** The model whose queue and workers the gauges show. */
  readonly model: () => ServedModel | undefined;
  readonly shadow: () => ShadowReport | undefined;
}

/**
 * @throws the system's error where LOG_FILE can't be written.
 */
export async function createTelemetry(
  config: TelemetryConfig,
  group: ProcessGroup,
  readers: Readers,
): Promise<Telemetry> {
  const readStats = (): ClassifierStats => readers.model()?.classifier.stats() ?? NO_STATS;
  const normals = createNormals({
    folder: config.baselines,
    onError: (error) => log.write('warn', 'baseline_unreadable', errorFields(error)),
  });
  const readNormal = async (): Promise<Normal | undefined> => {
    const model = readers.model();
    return model && normals.of(model);
  };
  const metrics = createMetrics(readStats, readNormal);
  const history = createHistory();
  const log: Log = await createLog({
    level: config.logLevel,
    file: config.logFile,
    onPredictionLine: metrics.onPredictionLine,
    onDrop: metrics.onLogDrop,
  });
  const tracer = await createTracerIfOn(config, log, metrics.onTracedBatch);
  const requestLog = createRequestLog({ ...config, log, onOmitted: metrics.onRequestOmitted });
  /** What has been answered is counted, and its lines are in the log. */
  const settle = async (): Promise<void> => {
    await allObserved();
    await log.flush(FLUSH_TIMEOUT_MS);
  };
  const readReport = createReportReader(metrics, history, {
    readStats,
    readShadow: readers.shadow,
    settle,
  });
  return {
    log,
    close: async (unanswered) => {
      await allObserved();
      await tracer?.close(TRACES_TIMEOUT_MS);
      requestLog.flush();
      log.write('info', 'stopped', { unanswered });
      await log.close(LOG_TIMEOUT_MS);
    },
    observer: createObserver({ ...config, metrics, history, log, requestLog, tracer }),
    exposition: createExposition(group, metrics, settle),
    ...createConsoleReaders(group, history, { readReport, readNormal }),
    readReport,
    readNormal,
  };
}

/** Of all processes, or of this one where there is no other. */
function createExposition(
  group: ProcessGroup,
  metrics: Metrics,
  settle: () => Promise<void>,
): Telemetry['exposition'] {
  const collect = async (): Promise<MetricsSnapshot[]> => {
    const reports = await group.collect('metrics');
    await settle();
    return reports;
  };
  return {
    text: {
      contentType: metrics.contentType,
      expose: async () => metrics.expose(await collect()),
    },
    openMetrics: {
      contentType: metrics.openMetricsType,
      expose: async () => metrics.exposeOpenMetrics(await collect()),
    },
  };
}

/** OpenTelemetry's SDK takes time and memory: it is loaded only where a collector is configured. */
async function createTracerIfOn(
  config: TracingConfig,
  log: Log,
  onTracedBatch: OnTracedBatch,
): Promise<Tracer | undefined> {
  return config.otlpEndpoint === undefined && config.otlpTracesEndpoint === undefined
    ? undefined
    : (await import('./tracing/tracing.ts')).createTracer({ ...config, log, onTracedBatch });
}

/** What the console shows: of all processes, or of this one where there is no other. */
function createConsoleReaders(
  group: ProcessGroup,
  history: History,
  { readReport, readNormal }: Pick<Telemetry, 'readReport' | 'readNormal'>,
): Pick<Telemetry, 'overview' | 'readTexts'> {
  const collect = async <K extends 'console' | 'texts'>(kind: K): Promise<ProcessReports[K][]> => {
    const collected = await group.collect(kind);
    return collected.length > 0 ? collected : [await readReport(kind)];
  };
  return {
    overview: async () => {
      const reports = await collect('console');
      const records = reports.map((each) => each.history);
      const snapshot = history.snapshot(records, await readNormal());
      const stats = reports.map((each) => each.stats).reduce(addStats);
      const alarms = serviceAlarms(snapshot.recent, snapshot.lasting, stats);
      return { ...snapshot, stats, alarms };
    },
    readTexts: async (feature, bins) => selectTexts(await collect('texts'), feature, bins),
  };
}

/** What was requested is not possible: nothing is wrong with the server, a version or the store. */
const REQUEST_ERRORS = new Set([
  'invalid-commit',
  'change-in-progress',
  'not-comparable',
  'no-candidate',
  'no-previous',
]);

/** The audit line of a change of the models. */
export function writeChange(
  log: Log,
  { by, requestId, change, durationMs, result }: EndedChange,
): void {
  const fields = {
    request_id: requestId,
    by,
    change: change.type,
    ...('share' in change ? { share: change.share } : {}),
    duration_ms: Math.round(durationMs),
  };
  if (result.status === 'done') {
    const { from, to, isChanged, warnings } = result.outcome;
    const level = warnings.length > 0 ? 'warn' : 'info';
    log.write(level, 'model_change', {
      ...fields,
      ...{ result: 'success', from, to, changed: isChanged },
      ...(warnings.length > 0 ? { warnings } : {}),
    });
  } else {
    const to = 'commit' in change ? change.commit : undefined;
    const { code } = result.error as { code?: string };
    const level = REQUEST_ERRORS.has(code ?? '') ? 'warn' : 'error';
    log.write(level, 'model_change', {
      ...fields,
      ...{ result: 'failure', to },
      ...errorFields(result.error),
    });
  }
}
