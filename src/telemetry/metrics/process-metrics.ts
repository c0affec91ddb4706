/** `process_*` and `nodejs_*`. */
import { createHistogram, type Histogram } from 'node:perf_hooks';
import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';

/** prom-client's names for these break the rule that only counters end in `_total`. */
const MISNAMED = [
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
];

/** A timer of 10 ms, Node's default for this, takes most of the CPU at rest. */
const SAMPLING_MS = 100;
/** The maximum of a timer, more than three weeks. */
const NEVER_MS = 2 ** 31 - 1;

interface LagMetric {
  readonly name: string;
  readonly statistic: string;
  /** For several processes. */
  readonly aggregator: 'min' | 'max' | 'average';
  readonly read: (lagsNs: Histogram) => number;
}

const LAG_METRICS: readonly LagMetric[] = [
  { name: 'min', statistic: 'Minimum', aggregator: 'min', read: ({ min }) => min },
  { name: 'max', statistic: 'Maximum', aggregator: 'max', read: ({ max }) => max },
  { name: 'mean', statistic: 'Mean', aggregator: 'average', read: ({ mean }) => mean },
  {
    name: 'stddev',
    statistic: 'Standard deviation',
    aggregator: 'average',
    read: ({ stddev }) => stddev,
  },
  ...[50, 90, 99].map(
    (percent): LagMetric => ({
      name: `p${percent}`,
      statistic: `${percent}th percentile`,
      aggregator: 'average',
      read: (lagsNs) => lagsNs.percentile(percent),
    }),
  ),
];

export function collectProcessMetrics(registry: Registry): void {
  // Its metrics of the lag, which are replaced, would contain the sampling period.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: NEVER_MS });
  for (const name of [...MISNAMED, ...LAG_METRICS.map(metricName)]) {
    registry.removeSingleMetric(name);
  }
  collectLag(registry);
  // prom-client leaves it out when it adds up several processes, unless it has an aggregator.
  Object.assign(registry.getSingleMetric('process_start_time_seconds') as object, {
    aggregator: 'min',
  });
}

/**
 * How late a timer is. Not `monitorEventLoopDelay`, which reports the intervals of a timer, and after
 * each reset misses the first of them, however long.
 */
function collectLag(registry: Registry): void {
  const lagsNs = createHistogram();
  let due = performance.now() + SAMPLING_MS;
  const sample = (): void => {
    const now = performance.now();
    // A histogram has no zero.
    lagsNs.record(Math.max(1, Math.round((now - due) * 1e6)));
    due = now + SAMPLING_MS;
  };
  setInterval(sample, SAMPLING_MS).unref();
  const gauges = LAG_METRICS.map((metric) => ({ ...metric, gauge: createGauge(metric, registry) }));
  // The values of the last scrape stay where there is no sample since.
  const collect = (): void => {
    if (lagsNs.count > 0) {
      for (const { gauge, read } of gauges) {
        gauge.set(read(lagsNs) / 1e9);
      }
      lagsNs.reset();
    }
  };
  // Registered first, so it is read before the others.
  Object.assign(gauges[0]?.gauge as object, { collect });
}

function createGauge(metric: LagMetric, registry: Registry): Gauge {
  return new Gauge({
    name: metricName(metric),
    help: `${metric.statistic} of the event loop's lag since the last scrape, sampled every ${SAMPLING_MS} ms.`,
    registers: [registry],
    aggregator: metric.aggregator,
  });
}

function metricName({ name }: LagMetric): string {
  return `nodejs_eventloop_lag_${name}_seconds`;
}
