import { describe, expect, test } from 'vitest';
import { COUNTED_LANGUAGES } from '../../src/drift/languages.ts';
import type { Normal } from '../../src/drift/normal.ts';
import { emptyProfile, withTopic } from '../../src/drift/profile.ts';
import type { PredictionRecord } from '../../src/serving/prediction-record.ts';
import { createMetrics, type Metrics } from '../../src/telemetry/metrics/metrics.ts';
import { NO_STATS } from '../../src/telemetry/stats.ts';
import { poll } from '../../tools/launch.mjs';

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
  metrics.onServing(model);
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

test('topics are counted without a reference, also where another version has none', async () => {
  const metrics = createMetrics(() => NO_STATS);
  const profile = withTopic({
    texts: 10,
    features: { label: { categories: labels, ratios: [0.2, 0.3, 0.5] } },
  });
  metrics.onServing({ ...model, profile });
  const record = { label: 'neutral', language: 'en', score: 0.5, tokens: 3, unknownRatio: 0 };
  metrics.onPrediction({ ...record, topic: 31 } as PredictionRecord);
  metrics.onPrediction({ ...record, topic: undefined } as PredictionRecord);
  const text = await metrics.expose();
  expect(text).toContain('classifier_observations_total{feature="topic",bin="31"} 1');
  expect(text).toContain('classifier_observations_total{feature="topic",bin="0"} 0');
  expect(text).toContain('classifier_observations_total{feature="label",bin="neutral"} 2');
  expect(text).toContain('classifier_reference_ratio{feature="label",bin="neutral"} 0.3');
  expect(text).not.toContain('classifier_reference_ratio{feature="topic"');
  // A counter never falls: what was counted stays.
  metrics.onServing({ ...model, commit: 'second' });
  metrics.onPrediction({ ...record, topic: undefined } as PredictionRecord);
  expect(await metrics.expose()).toContain(
    'classifier_observations_total{feature="topic",bin="31"} 1',
  );
});

test('the series of every route are there before the first request', async () => {
  const metrics = createMetrics(() => NO_STATS);
  metrics.onRoute({ method: 'POST', route: '/predict', statuses: [200, 429] });
  const text = await metrics.expose();
  expect(text).toContain('http_requests_total{method="POST",route="/predict",status="429"} 0');
  expect(text).toContain(
    'http_request_duration_seconds_count{method="POST",route="/predict",status="2xx"} 0',
  );
});

test('durations are by class of status, and not of what clients have to correct', async () => {
  const metrics = createMetrics(() => NO_STATS);
  metrics.onRoute({ method: 'POST', route: '/predict', statuses: [200, 204, 400, 499, 503, 504] });
  for (const status of [200, 204, 400, 499, 503]) {
    metrics.onRequestEnd({
      series: { method: 'POST', route: '/predict', status },
      durationSeconds: 0.02,
      requestId: 'r',
    });
  }
  const series = seriesOf(await metrics.expose());
  expect(series.filter((each) => each.startsWith('http_request_duration_seconds_count'))).toEqual([
    'http_request_duration_seconds_count{method="POST",route="/predict",status="2xx"} 2',
    'http_request_duration_seconds_count{method="POST",route="/predict",status="5xx"} 1',
  ]);
  expect(series.filter((each) => each.startsWith('http_requests_total'))).toHaveLength(6);
});

test('another model takes the place of the one before', async () => {
  const metrics = createMetrics(() => NO_STATS);
  metrics.onServing(model);
  metrics.onServing({ ...model, commit: 'second', tag: 'v2' });
  const info = seriesOf(await metrics.expose()).filter((s) =>
    s.startsWith('classifier_model_info'),
  );
  expect(info).toEqual(['classifier_model_info{name="m",commit="second",version="v2"} 1']);
});

test('the normal of the version that serves is exported as it is at the scrape', async () => {
  let normal: Normal | undefined;
  const metrics = createMetrics(
    () => NO_STATS,
    async () => normal,
  );
  const exported = async () =>
    seriesOf(await metrics.expose()).filter((line) => line.startsWith('classifier_normal_'));
  expect(await exported()).toEqual([]);
  const times = { from: '2026-11-20T12:00:00Z', to: '2026-11-27T12:00:00Z' };
  normal = {
    ...{ name: 'm', commit: 'a'.repeat(40), texts: 9, ...times },
    features: { label: { negative: { ratio: 0.25, deviation: 0.01 } } },
  };
  expect(await exported()).toEqual([
    'classifier_normal_ratio{feature="label",bin="negative"} 0.25',
    'classifier_normal_deviation{feature="label",bin="negative"} 0.01',
  ]);
  normal = undefined;
  expect(await exported()).toEqual([]);
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
  metrics.onServing({ ...model, profile });
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
  // Of another version with other bins: no count falls.
  metrics.onServing({
    ...model,
    profile: { ...profile, features: { score: profile.features.score } },
  });
  observe('en', 0.5);
  expect(await exposed('classifier_observations_total')).toEqual({
    'language en': 1,
    'language other': 2,
    'score 0.5': 2,
    'score 1': 2,
  });
});

test('no counter or histogram falls when another version serves', async () => {
  const metrics = createMetrics(() => NO_STATS);
  metrics.onServing(model);
  metrics.onPrediction({
    ...{ label: 'neutral', language: 'en', score: 0.7, tokens: 3, unknownRatio: 0 },
  } as PredictionRecord);
  metrics.onFeedback({ commit: '0123abcd', predicted: 'neutral', actual: 'negative' });
  const counts = async (): Promise<string[]> =>
    seriesOf(await metrics.expose()).filter((line) =>
      /^classifier_(predictions_total|prediction_score_count|feedback_total).* [1-9]/.test(line),
    );
  const before = await counts();
  expect(before).toHaveLength(3);
  metrics.onServing({ ...model, commit: 'second', tag: 'v2' });
  expect(await counts()).toEqual(before);
});

test('feedback on a prediction of another version counts for that one', async () => {
  const metrics = createMetrics(() => NO_STATS);
  metrics.onServing({ ...model, commit: 'fedcba9876543210' });
  metrics.onFeedback({ commit: '01234567', predicted: 'neutral', actual: 'negative' });
  const lines = seriesOf(await metrics.expose());
  const found = lines.filter((line) => line.startsWith('classifier_version_feedback_total'));
  expect(found).toEqual([
    'classifier_version_feedback_total{predicted_by="fedcba98",result="right"} 0',
    'classifier_version_feedback_total{predicted_by="fedcba98",result="wrong"} 0',
    'classifier_version_feedback_total{predicted_by="01234567",result="wrong"} 1',
  ]);
});

test('the last load and the number of loads are shown, also of a candidate that never serves', async () => {
  const metrics = createMetrics(() => NO_STATS);
  const loads = async (): Promise<string[]> =>
    seriesOf(await metrics.expose()).filter((line) =>
      /^classifier_(model_loads_total|last_load_successful)/.test(line),
    );
  metrics.onModelLoaded();
  metrics.onModelFailed();
  expect(await loads()).toEqual([
    'classifier_model_loads_total{result="success"} 1',
    'classifier_model_loads_total{result="failure"} 1',
    'classifier_last_load_successful 0',
  ]);
});

describe('the lag of the event loop', () => {
  /** Each kind of lag, in seconds, as soon as there is a sample above a minimum. */
  async function readLag(metrics: Metrics, minSeconds = 0): Promise<Map<string, number>> {
    const pattern = /^nodejs_eventloop_lag_(\w+)_seconds (\S+)$/gm;
    const read = async () => {
      const found = (await metrics.expose()).matchAll(pattern);
      return new Map([...found].map(([, name = '', value]) => [name, Number(value)]));
    };
    return poll(read, { accept: (lag) => (lag.get('max') ?? 0) > minSeconds, intervalMs: 350 });
  }

  test('is the delay only, not the period in which it is sampled', async () => {
    const lag = await readLag(createMetrics(() => NO_STATS));
    expect([...lag.keys()]).toEqual(['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99']);
    expect(lag.get('min')).toBeLessThan(0.05);
  });

  test('is how long the loop was blocked', async () => {
    const metrics = createMetrics(() => NO_STATS);
    await readLag(metrics);
    const end = performance.now() + 1000;
    while (performance.now() < end) {}
    const lag = await readLag(metrics, 0.8);
    expect(lag.get('max')).toBeLessThan(10);
    expect(lag.get('min')).toBeLessThan(0.5);
  });

  test('stays as it was where there is no new sample', async () => {
    const metrics = createMetrics(() => NO_STATS);
    const before = await readLag(metrics);
    expect(Math.max(...before.values())).toBeLessThan(60);
    for (const _ of [1, 2, 3]) {
      const text = await metrics.expose();
      expect(text).not.toMatch(/nodejs_eventloop_lag_\w+ (NaN|\d{4})/);
    }
  });
});

test('the temperature is that of the version that serves, and absent where it has none', async () => {
  const metrics = createMetrics(() => NO_STATS);
  const series = async () =>
    seriesOf(await metrics.expose()).filter((each) => each.startsWith('classifier_calibration'));
  metrics.onServing(model);
  expect(await series()).toEqual([]);
  metrics.onServing({ ...model, temperature: 1.5 });
  expect(await series()).toEqual(['classifier_calibration_temperature{commit="first"} 1.5']);
  metrics.onServing({ ...model, commit: 'second', temperature: 0.8 });
  expect(await series()).toEqual(['classifier_calibration_temperature{commit="second"} 0.8']);
  metrics.onServing(model);
  expect(await series()).toEqual([]);
});
