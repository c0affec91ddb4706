import { Counter, Gauge, type Registry } from 'prom-client';
import type { ServedModel } from '../../serving/served-model.ts';

type ModelReference = Pick<ServedModel, 'name' | 'commit' | 'tag' | 'date'> & {
  readonly temperature?: ServedModel['temperature'];
};

/** Which version is served, and how its loading ended. */
export function createModelMetrics(registry: Registry) {
  const registers = [registry];
  const info = new Gauge({
    name: 'classifier_model_info',
    help: 'Always 1; the labels name the model that is served.',
    labelNames: ['name', 'commit', 'version'] as const,
    aggregator: 'max',
    registers,
  });
  const timestamp = new Gauge({
    name: 'classifier_model_commit_timestamp_seconds',
    help: 'When the version that is served was committed, in seconds since 1970.',
    aggregator: 'max',
    registers,
  });
  const onTemperature = createTemperatureMetric(registry);
  const loads = new Counter({
    name: 'classifier_model_loads_total',
    help: 'Attempts to load a model, by result.',
    labelNames: ['result'] as const,
    registers,
  });
  for (const result of ['success', 'failure']) {
    loads.inc({ result }, 0);
  }
  const lastLoad = new Gauge({
    name: 'classifier_last_load_successful',
    help: '0 from a load that failed until one succeeds, or the version that serves is requested; else 1.',
    // Of all processes, also of the one that loads nothing.
    aggregator: 'min',
    registers,
  });
  lastLoad.set(1);
  return {
    onModelLoaded(): void {
      loads.inc({ result: 'success' });
      lastLoad.set(1);
    },
    /** After a version that could not be loaded, the one that serves was requested: nothing is open. */
    onAlreadyServing(): void {
      lastLoad.set(1);
    },
    onModelFailed(): void {
      loads.inc({ result: 'failure' });
      lastLoad.set(0);
    },
    onServing({ name, commit, tag, date, temperature }: ModelReference): void {
      onTemperature(commit, temperature);
      info.reset();
      info.set({ name, commit, version: tag ?? '' }, 1);
      timestamp.set(Date.parse(date) / 1000);
    },
  };
}

/** @returns what sets the temperature of the version that serves. */
function createTemperatureMetric(registry: Registry) {
  const gauge = new Gauge({
    name: 'classifier_calibration_temperature',
    help: 'That the scores of the version that serves are calibrated with, by its metrics.json.',
    // Without a label, there would be a series for a version without one.
    labelNames: ['commit'] as const,
    aggregator: 'max',
    registers: [registry],
  });
  return (commit: string, temperature: number | undefined): void => {
    gauge.reset();
    if (temperature !== undefined) {
      gauge.set({ commit }, temperature);
    }
  };
}
