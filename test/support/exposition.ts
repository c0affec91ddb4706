/** Prometheus text as metrics with their labels. */

export interface Metric {
  readonly type: string;
  /** Values by label; of a histogram, `le` is left out. */
  readonly labels: Record<string, Set<string>>;
}

/** Prometheus text by metric. */
export function parseExposition(text: string): Map<string, Metric> {
  const metrics = new Map<string, Metric>();
  for (const [, name = '', type = ''] of text.matchAll(/^# TYPE (\w+) (\w+)$/gm)) {
    metrics.set(name, { type, labels: {} });
  }
  for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)\{(.*)\} \S+$/gm)) {
    const metric = metricOf(metrics, name);
    for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="([^"]*)"/g)) {
      if (metric !== undefined && label !== 'le') {
        metric.labels[label] = (metric.labels[label] ?? new Set()).add(value);
      }
    }
  }
  return metrics;
}

/** By the name of a metric, or of a series of a histogram. */
export function metricOf(metrics: ReadonlyMap<string, Metric>, name: string): Metric | undefined {
  return metrics.get(name) ?? metrics.get(name.replace(/_(bucket|sum|count)$/, ''));
}
