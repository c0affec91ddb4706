/**
 * The OpenMetrics text format: https://prometheus.io/docs/specs/om/open_metrics_spec/. An encoder of our own:
 * prom-client switches a whole registry between its two formats, and takes `_total` off the names for good.
 */
import type { Exemplar } from './exemplars.ts';
import type { MetricsSnapshot } from './snapshot.ts';

export const OPEN_METRICS_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** `metricName` is there where a sample has another name than its metric. */
type Sample = MetricsSnapshot[number]['values'][number] & { readonly metricName?: string };
type Labels = Readonly<Partial<Record<string, string | number>>>;

/** @param exemplars by the name of their histogram. */
export function encodeOpenMetrics(
  metrics: MetricsSnapshot,
  exemplars: ReadonlyMap<string, readonly Exemplar[]>,
): string {
  const lines: string[] = [];
  for (const { name, help, type, values } of metrics) {
    const kind = String(type);
    // The name of a counter is that of its samples, without their suffix.
    const family = kind === 'counter' ? name.replace(/_total$/, '') : name;
    lines.push(`# TYPE ${family} ${kind}`, `# HELP ${family} ${escapeText(help)}`);
    const byBucket = new Map(
      exemplars.get(name)?.map((each) => [bucketKey({ ...each.labels, le: each.le }), each]),
    );
    for (const { value, labels, metricName } of values as readonly Sample[]) {
      const sample = kind === 'counter' ? `${family}_total` : (metricName ?? name);
      const exemplar = labels.le === undefined ? undefined : byBucket.get(bucketKey(labels));
      const suffix = exemplar ? ` # ${formatExemplar(exemplar)}` : '';
      lines.push(`${sample}${formatLabels(labels)} ${formatNumber(value)}${suffix}`);
    }
  }
  return `${lines.join('\n')}\n# EOF\n`;
}

/** The order of labels differs between a histogram's buckets and its observations. */
function bucketKey(labels: Labels): string {
  return Object.keys(labels)
    .sort()
    .map((name) => `${name}=${labels[name]}`)
    .join('\n');
}

function formatExemplar({ traceId, spanId, value, timestamp }: Exemplar): string {
  const labels = formatLabels({ trace_id: traceId, span_id: spanId });
  return `${labels} ${formatNumber(value)} ${timestamp.toFixed(3)}`;
}

function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    const text = name === 'le' || name === 'quantile' ? canonicalNumber(value) : String(value);
    return `${name}="${escapeText(text)}"`;
  });
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
}

/** Bounds are names: `1` and `1.0` would be two series. */
function canonicalNumber(value: string | number | undefined): string {
  return Number.isInteger(Number(value)) ? Number(value).toFixed(1) : String(value);
}

function formatNumber(value: number): string {
  return Number.isFinite(value) || Number.isNaN(value)
    ? String(value)
    : `${value > 0 ? '+' : '-'}Inf`;
}

function escapeText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
