import { collectDefaultMetrics, type Registry } from 'prom-client';

/** prom-client's names for these break the rule that only counters end in `_total`. */
const MISNAMED = [
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
];

/** The lag is sampled by a timer, which at its default of 10 ms takes most of the CPU at rest. */
const EVENT_LOOP_SAMPLING_MS = 100;

/** `process_*` and `nodejs_*`. */
export function collectProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({
    register: registry,
    eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLING_MS,
  });
  for (const name of MISNAMED) {
    registry.removeSingleMetric(name);
  }
  // prom-client leaves it out when it adds up several processes, unless it has an aggregator.
  Object.assign(registry.getSingleMetric('process_start_time_seconds') as object, {
    aggregator: 'min',
  });
}
