import { expect, test } from 'vitest';
import { COUNTED_LANGUAGES } from '../../src/drift/languages.ts';
import { emptyProfile } from '../../src/drift/profile.ts';
import type { PredictionRecord } from '../../src/serving/prediction-record.ts';
import { createMetrics } from '../../src/telemetry/metrics/metrics.ts';
import { NO_STATS } from '../../src/telemetry/stats.ts';

const labels = ['negative', 'neutral', 'positive'];
const model = {
  name: 'm',
  commit: 'first',
  tag: undefined,
  date: '2026-11-24T12:00:00Z',
  classifier: { labels },
  profile: emptyProfile(labels, COUNTED_LANGUAGES),
};

const seriesOf = (text: string): string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test('no language that a text claims to be in makes a new series', async () => {
  const metrics = createMetrics(() => NO_STATS);
  metrics.onModelLoaded(model);
  const before = seriesOf(await metrics.expose()).length;
  for (const language of ['en', 'und', 'la', 'xx', 'ceb']) {
    const record = { label: 'neutral', language, score: 0.5, tokens: 3, unknownRatio: 0 };
    metrics.onPrediction(record as PredictionRecord);
  }
  const text = await metrics.expose();
  expect(seriesOf(text)).toHaveLength(before);
  expect(text).toContain('classifier_predictions_total{label="neutral",language="other"} 3');
  expect(COUNTED_LANGUAGES.length + 1).toBeLessThanOrEqual(24);
});

test('the series of every route are there before the first request', async () => {
  const metrics = createMetrics(() => NO_STATS);
  metrics.onRoute({ method: 'POST', route: '/predict', statuses: [200, 429] });
  const text = await metrics.expose();
  expect(text).toContain('http_requests_total{method="POST",route="/predict",status="429"} 0');
  expect(text).toContain(
    'http_request_duration_seconds_count{method="POST",route="/predict",status="200"} 0',
  );
});

test('another model takes the place of the one before', async () => {
  const metrics = createMetrics(() => NO_STATS);
  metrics.onModelLoaded(model);
  metrics.onModelLoaded({ ...model, commit: 'second', tag: 'v2' });
  const info = seriesOf(await metrics.expose()).filter((s) =>
    s.startsWith('classifier_model_info'),
  );
  expect(info).toEqual(['classifier_model_info{name="m",commit="second",version="v2"} 1']);
});

test('observations are counted into the bins of the served profile, beside its ratios', async () => {
  const metrics = createMetrics(() => NO_STATS);
  const profile = {
    texts: 10,
    features: {
      language: { categories: ['en', 'other'], ratios: [0.9, 0.1] },
      score: { upper_bounds: [0.5, 1], ratios: [0.25, 0.75] },
    },
  };
  const observe = (language: string, score: number): void =>
    metrics.onPrediction({
      label: 'neutral',
      language,
      score,
      tokens: 3,
      unknownRatio: 0,
    } as PredictionRecord);
  const exposed = async (name: string): Promise<Record<string, number>> =>
    Object.fromEntries(
      seriesOf(await metrics.expose())
        .filter((line) => line.startsWith(name))
        .map((line) => {
          const [, feature, bin, value] = /feature="(\w+)",bin="([^"]+)"} (.+)/.exec(line) ?? [];
          return [`${feature} ${bin}`, Number(value)];
        }),
    );
  metrics.onModelLoaded({ ...model, profile });
  expect(await exposed('classifier_reference_ratio')).toEqual({
    'language en': 0.9,
    'language other': 0.1,
    'score 0.5': 0.25,
    'score 1': 0.75,
  });
  observe('en', 0.5);
  observe('de', 0.51);
  observe('fr', 1);
  expect(await exposed('classifier_observations_total')).toEqual({
    'language en': 1,
    'language other': 2,
    'score 0.5': 1,
    'score 1': 2,
  });
  // Of another version with other bins: the counts begin anew.
  metrics.onModelLoaded({
    ...model,
    profile: { ...profile, features: { score: profile.features.score } },
  });
  expect(await exposed('classifier_observations_total')).toEqual({ 'score 0.5': 0, 'score 1': 0 });
});
