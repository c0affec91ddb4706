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

/** Splits off a metric without labels. */
export function takeMetric(
  snapshot: MetricsSnapshot,
  name: string,
): { value: number; others: MetricsSnapshot } {
  const metric = snapshot.find((each) => each.name === name);
  return {
    value: Number(metric?.values[0]?.value ?? 0),
    others: snapshot.filter((each) => each !== metric),
  };
}
