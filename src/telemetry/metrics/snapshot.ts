/** The metrics of several processes as those of one. */
import {
  AggregatorRegistry,
  type MetricObjectWithValues,
  type MetricValue,
  type Registry,
} from 'prom-client';
import type { Exemplar } from './exemplars.ts';

/** All samples of one process. */
export type MetricsSnapshot = readonly (MetricObjectWithValues<MetricValue<string>> & {
  /** Of a histogram; none where no trace is recorded. */
  readonly exemplars?: readonly Exemplar[];
})[];

/** The exemplars of all processes by their histogram, the newest last. */
export function newestExemplars(
  snapshots: readonly MetricsSnapshot[],
): ReadonlyMap<string, readonly Exemplar[]> {
  const byName = new Map<string, Exemplar[]>();
  for (const { name, exemplars = [] } of snapshots.flat()) {
    if (exemplars.length > 0) {
      byName.set(name, [...(byName.get(name) ?? []), ...exemplars]);
    }
  }
  for (const found of byName.values()) {
    found.sort((a, b) => a.timestamp - b.timestamp);
  }
  return byName;
}

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
