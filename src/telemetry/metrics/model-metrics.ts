import { Counter, Gauge, type Registry } from 'prom-client';
import type { ServedModel } from '../../serving/served-model.ts';

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
  const loads = new Counter({
    name: 'classifier_model_loads_total',
    help: 'Attempts to load a model, by result.',
    labelNames: ['result'] as const,
    registers,
  });
  for (const result of ['success', 'failure']) {
    loads.inc({ result }, 0);
  }
  return {
    onModelLoaded({
      name,
      commit,
      tag,
      date,
    }: Pick<ServedModel, 'name' | 'commit' | 'tag' | 'date'>): void {
      info.reset();
      info.set({ name, commit, version: tag ?? '' }, 1);
      timestamp.set(Date.parse(date) / 1000);
      loads.inc({ result: 'success' });
    },
    onModelFailed: () => loads.inc({ result: 'failure' }),
  };
}
