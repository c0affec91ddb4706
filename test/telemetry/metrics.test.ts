import { expect, test } from 'vitest';
import { createMetrics, LANGUAGES } from '../../src/telemetry/metrics.ts';
import type { PredictionRecord } from '../../src/telemetry/prediction-log.ts';

const seriesOf = (text: string): string[] =>
  text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test('no language that a text claims to be in makes a new series', async () => {
  const metrics = createMetrics(() => undefined);
  metrics.onModelLoaded({
    name: 'm',
    commit: 'c',
    tag: undefined,
    labels: ['negative', 'neutral', 'positive'],
  });
  const before = seriesOf(await metrics.expose()).length;
  for (const language of ['en', 'und', 'la', 'xx', 'ceb']) {
    const record = { label: 'neutral', language, score: 0.5, tokens: 3, unknownRatio: 0 };
    metrics.onPrediction(record as PredictionRecord);
  }
  const text = await metrics.expose();
  expect(seriesOf(text)).toHaveLength(before);
  expect(text).toContain('classifier_predictions_total{label="neutral",language="other"} 3');
  expect(LANGUAGES.length + 2).toBeLessThanOrEqual(24);
});

test('the series of every route are there before the first request', async () => {
  const metrics = createMetrics(() => undefined);
  metrics.onRoute({ method: 'POST', route: '/predict', statuses: [200, 429] });
  const text = await metrics.expose();
  expect(text).toContain('http_requests_total{method="POST",route="/predict",status="429"} 0');
  expect(text).toContain(
    'http_request_duration_seconds_count{method="POST",route="/predict",status="200"} 0',
  );
});

test('another model takes the place of the one before', async () => {
  const metrics = createMetrics(() => undefined);
  metrics.onModelLoaded({ name: 'm', commit: 'first', tag: undefined, labels: ['a'] });
  metrics.onModelLoaded({ name: 'm', commit: 'second', tag: 'v2', labels: ['a'] });
  const info = seriesOf(await metrics.expose()).filter((s) =>
    s.startsWith('classifier_model_info'),
  );
  expect(info).toEqual(['classifier_model_info{name="m",commit="second",version="v2"} 1']);
});
