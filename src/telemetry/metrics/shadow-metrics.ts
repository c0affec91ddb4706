import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { COUNTED_LANGUAGES } from '../../drift/languages.ts';
import { OTHER } from '../../drift/profile.ts';
import type { ShadowRecord } from '../../serving/observer.ts';
import type { ServedModel } from '../../serving/served-model.ts';

/** What a candidate predicts beside the version that serves. */
export function createShadowMetrics(registry: Registry) {
  const registers = [registry];
  const info = new Gauge({
    name: 'classifier_shadow_info',
    help: 'Always 1; the labels name the candidate. Absent without one.',
    labelNames: ['name', 'commit', 'version'] as const,
    aggregator: 'max',
    registers,
  });
  const predictions = new Counter({
    name: 'classifier_shadow_predictions_total',
    help: 'Texts that a candidate predicted too, by the label of each version and the language.',
    labelNames: ['primary', 'shadow', 'language'] as const,
    registers,
  });
  const duration = new Histogram({
    name: 'classifier_shadow_duration_seconds',
    help: 'Time that a candidate took for the batch of a text.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const dropped = new Counter({
    name: 'classifier_shadow_dropped_total',
    help: 'Texts that a candidate was to predict and did not, as the version that serves was busy.',
    registers,
  });
  return {
    onCandidate(model: ServedModel | undefined, labels: readonly string[]): void {
      info.reset();
      if (!model) {
        return;
      }
      const { name, commit, tag } = model;
      info.set({ name, commit, version: tag ?? '' }, 1);
      for (const language of [...COUNTED_LANGUAGES, OTHER]) {
        for (const primary of labels) {
          for (const shadow of labels) {
            predictions.inc({ primary, shadow, language }, 0);
          }
        }
      }
    },
    onShadowPrediction({ primary, label, language, durationSeconds }: ShadowRecord): void {
      predictions.inc({ primary: primary.label, shadow: label, language });
      duration.observe(durationSeconds);
    },
    onShadowDropped: (texts: number) => dropped.inc(texts),
  };
}
