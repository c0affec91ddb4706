/** What the processes that share a port exchange, so that each can answer for all. */
import { setImmediate } from 'node:timers/promises';
import type { ClassifierStats } from '../inference/classifier.ts';
import type { ChangeAuthor, ChangeOutcome, ModelChange } from '../serving/model-change.ts';
import type { ShadowReport } from '../serving/shadow.ts';
import type { History } from './history.ts';
import type { HistoryRecord } from './history-snapshot.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { MetricsSnapshot } from './metrics/snapshot.ts';
import type { RecentTexts } from './recent-texts.ts';

/** What one process contributes to an answer about all of them. */
export interface ProcessReports {
  metrics: MetricsSnapshot;
  console: { readonly history: HistoryRecord; readonly stats: ClassifierStats };
  texts: RecentTexts;
  /** Undefined without a candidate. */
  shadow: ShadowReport | undefined;
}

/** Reads what this process contributes. */
export type ReadReport = <K extends keyof ProcessReports>(kind: K) => Promise<ProcessReports[K]>;

/** The other processes that listen on the same port. */
export interface ProcessGroup {
  /** True for the replacement of a dead process: it listens when it can predict. */
  readonly listensWhenReady: boolean;
  /**
   * Reports that this process is ready to serve a version; resolves when all are. Rejects when the signal
   * aborts.
   */
  allReady(signal: AbortSignal, commit: string): Promise<void>;
  /** The reports of all processes; none where there is only this one. */
  collect<K extends keyof ProcessReports>(kind: K): Promise<ProcessReports[K][]>;
  /** Changes the models of all processes; absent where there is only this one. */
  change?(change: ModelChange, author: ChangeAuthor): Promise<ChangeOutcome>;
  /** Passes feedback on to the others: one of them may have predicted. */
  shareFeedback?(id: string, actual: string): void;
}

export const SINGLE_PROCESS: ProcessGroup = {
  listensWhenReady: false,
  allReady: async () => undefined,
  collect: async () => [],
};

/**
 * Resolves when all that was answered has been observed: observing is deferred by `setImmediate`, and was
 * so before this call.
 */
export const allObserved = (): Promise<void> => setImmediate();

export function createReportReader(
  metrics: Metrics,
  history: History,
  {
    readStats,
    readShadow,
    settle,
  }: {
    readStats: () => ClassifierStats;
    readShadow: () => ShadowReport | undefined;
    settle: () => Promise<void>;
  },
): ReadReport {
  const readers: { [K in keyof ProcessReports]: () => Promise<ProcessReports[K]> } = {
    metrics: () => metrics.snapshot(),
    console: async () => ({ history: history.record(), stats: readStats() }),
    texts: async () => history.texts(),
    shadow: async () => readShadow(),
  };
  return async (kind) => {
    await settle();
    return readers[kind]();
  };
}
