import { Counter, type Registry } from 'prom-client';

/** Whether the log holds what it should. */
export function createLogMetrics(registry: Registry) {
  const registers = [registry];
  const lines = new Counter({
    name: 'prediction_log_lines_total',
    help: 'Predictions that were handed to the log.',
    registers,
  });
  const dropped = new Counter({
    name: 'prediction_log_dropped_total',
    help: 'Log lines that a sink lost, because it could not be written or its buffer was full.',
    registers,
  });
  return {
    onPredictionLine: () => lines.inc(),
    onLogDrop: () => dropped.inc(),
  };
}
