import { Counter, type Registry } from 'prom-client';

/** Whether the log holds what it should. */
export function createLogMetrics(registry: Registry) {
  const registers = [registry];
  const lines = new Counter({
    name: 'prediction_log_lines_total',
    help: 'Predictions whose line is in the log: in each of its sinks.',
    registers,
  });
  const dropped = new Counter({
    name: 'prediction_log_dropped_total',
    help: 'Predictions whose line is lost: a sink could not be written, or its buffer was full.',
    registers,
  });
  const otherDropped = new Counter({
    name: 'event_log_dropped_total',
    help: 'Other log lines that are lost.',
    registers,
  });
  const omitted = new Counter({
    name: 'request_log_omitted_total',
    help: 'Requests that ACCESS_LOG selects and that have no line of their own: there were too many with their status.',
    registers,
  });
  return {
    onRequestOmitted: () => omitted.inc(),
    onPredictionLine: () => lines.inc(),
    onLogDrop: (isPrediction: boolean) => (isPrediction ? dropped : otherDropped).inc(),
  };
}
