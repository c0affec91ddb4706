/** What a process observes, and what it exposes of it: metrics, log, the console's history. */
import type { Config } from '../config/config.ts';
import type { ClassifierStats } from '../inference/classifier.ts';
import type { Observer } from '../serving/observer.ts';
import type { ServedModel } from '../serving/served-model.ts';
import { createHistory } from './history.ts';
import type { HistorySnapshot } from './history-snapshot.ts';
import { createLog, type Log } from './log.ts';
import { createMetrics } from './metrics/metrics.ts';
import { createObserver } from './observer.ts';
import {
  allObserved,
  createReportReader,
  type ProcessGroup,
  type ReadReport,
} from './process-group.ts';
import { type ServiceAlarms, serviceAlarms } from './service-policy.ts';
import { addStats, NO_STATS } from './stats.ts';

export interface Overview extends HistorySnapshot {
  readonly stats: ClassifierStats;
  readonly alarms: ServiceAlarms;
}

export interface Telemetry {
  readonly log: Log;
  readonly observer: Observer;
  /** The metrics of all processes, in Prometheus text format. */
  readonly exposition: { readonly contentType: string; expose(): Promise<string> };
  /** The history, queues and workers of all processes. */
  readonly overview: () => Promise<Overview>;
  readonly readReport: ReadReport;
}

/**
 * @param readModel the model whose queue and workers the gauges show.
 * @throws the system's error where LOG_FILE can't be written.
 */
export async function createTelemetry(
  config: Pick<Config, 'logLevel' | 'logFile' | 'logInput' | 'modelName'>,
  group: ProcessGroup,
  readModel: () => ServedModel | undefined,
): Promise<Telemetry> {
  const readStats = (): ClassifierStats => readModel()?.classifier.stats() ?? NO_STATS;
  const metrics = createMetrics(readStats);
  const history = createHistory();
  const log = await createLog({
    level: config.logLevel,
    file: config.logFile,
    onDrop: metrics.onLogDrop,
  });
  const { logInput, modelName } = config;
  const readReport = createReportReader(metrics, history, readStats);
  return {
    log,
    observer: createObserver({ metrics, history, log, logInput, modelName }),
    exposition: {
      contentType: metrics.contentType,
      expose: async () => {
        const others = await group.collect('metrics');
        await allObserved();
        return metrics.expose(others);
      },
    },
    overview: async () => {
      const others = await group.collect('console');
      const own = await readReport('console');
      const snapshot = history.snapshot(others.map((other) => other.history));
      const stats = [own, ...others].map((each) => each.stats).reduce(addStats);
      return { ...snapshot, stats, alarms: serviceAlarms(snapshot.recent, stats) };
    },
    readReport,
  };
}
