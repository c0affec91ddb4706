/** The metrics of several processes as those of one. */
import {
  AggregatorRegistry,
  type MetricObjectWithValues,
  type MetricValue,
  type Registry,
} from 'prom-client';

/** All samples of one process. */
export type MetricsSnapshot = readonly MetricObjectWithValues<MetricValue<string>>[];

export function addSnapshots(snapshots: readonly MetricsSnapshot[]): Registry {
  return AggregatorRegistry.aggregate(snapshots as unknown as object[]) as Registry;
}

/** The counters of several processes as those of one. */
export function addCounters(snapshots: readonly MetricsSnapshot[]): Promise<MetricsSnapshot> {
  return addSnapshots(snapshots.map(countersOf)).getMetricsAsJSON();
}

/** What only grows: it is still counted for a process that has ended. */
export function countersOf(snapshot: MetricsSnapshot): MetricsSnapshot {
  // In prom-client's JSON, types are what the exposition calls them.
  return snapshot.filter(({ type }) => ['counter', 'histogram'].includes(String(type)));
}
