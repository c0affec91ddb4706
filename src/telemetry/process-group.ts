/** What the processes that share a port exchange, so that each can answer for all. */
import { setImmediate } from 'node:timers/promises';
import type { ClassifierStats } from '../inference/classifier.ts';
import type { History } from './history.ts';
import type { HistoryRecord } from './history-snapshot.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { MetricsSnapshot } from './metrics/snapshot.ts';

/** What one process contributes to an answer about all of them. */
export interface ProcessReports {
  metrics: MetricsSnapshot;
  console: { readonly history: HistoryRecord; readonly stats: ClassifierStats };
}

/** Reads what this process contributes. */
export type ReadReport = <K extends keyof ProcessReports>(kind: K) => Promise<ProcessReports[K]>;

/** The other processes that listen on the same port. */
export interface ProcessGroup {
  /** True for the replacement of a dead process: it listens when it can predict. */
  readonly listensWhenReady: boolean;
  /** Reports that this process is ready; resolves when all are. Rejects when the signal aborts. */
  allReady(signal: AbortSignal): Promise<void>;
  /** The reports of the others. */
  collect<K extends keyof ProcessReports>(kind: K): Promise<ProcessReports[K][]>;
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
  readStats: () => ClassifierStats,
): ReadReport {
  const readers: { [K in keyof ProcessReports]: () => Promise<ProcessReports[K]> } = {
    metrics: () => metrics.snapshot(),
    console: async () => ({ history: history.record(), stats: readStats() }),
  };
  return async (kind) => {
    await allObserved();
    return readers[kind]();
  };
}
