import { expect, test } from 'vitest';
import type { Observation, Profile } from '../../src/drift/profile.ts';
import { createHistory } from '../../src/telemetry/history.ts';
import type { PredictionFields } from '../../src/telemetry/prediction-log.ts';

const profile: Profile = {
  texts: 100,
  features: {
    language: { categories: ['de', 'en', 'other'], ratios: [0, 1, 0] },
    label: { categories: ['negative', 'positive'], ratios: [0.5, 0.5] },
  },
};
/** With the feature whose texts are counted. */
const scored: Profile = {
  ...profile,
  features: { ...profile.features, score: { upper_bounds: [0.5, 1], ratios: [0.5, 0.5] } },
};
const text = (language: string): Observation => ({
  language,
  label: 'positive',
  score: 0.9,
  tokens: 5,
  unknownRatio: 0,
});

/** A log line, of which the history reads nothing. */
const line = (id = 'id') => ({ id }) as PredictionFields;

function historyAt(seconds: number) {
  let now = seconds;
  const history = createHistory(() => now * 1000);
  history.onServing(profile);
  return {
    ...history,
    at: (second: number) => {
      now = second;
    },
  };
}

test('what happens is counted in the step in which it happens', () => {
  const history = historyAt(1000);
  history.onRequestEnd(200, 0.01);
  history.onPrediction(text('en'), line());
  history.onRequestEnd(429, 0.001);
  history.at(1004.9);
  history.onRequestEnd(503, 0.001);
  history.onRequestEnd(400, 0.001);
  history.at(1005);
  history.onPrediction(text('de'), line());
  history.onPrediction(text('xx'), line());
  expect(history.snapshot().steps).toEqual([
    {
      at: 1000,
      answered: 1,
      refused: 1,
      failed: 1,
      slow: 0,
      latency: { p50: expect.closeTo(10, 0), p99: expect.closeTo(10, 0) },
      labels: { positive: 1 },
      languages: { en: 1 },
      compared: {},
    },
    {
      at: 1005,
      answered: 0,
      refused: 0,
      failed: 0,
      slow: 0,
      latency: undefined,
      labels: { positive: 2 },
      languages: { de: 1, other: 1 },
      compared: {},
    },
  ]);
});

test('quantiles are within 5 % of the truth', () => {
  const history = historyAt(0);
  for (let ms = 1; ms <= 1000; ms++) {
    history.onRequestEnd(200, ms / 1000);
  }
  const { p50, p99 } = history.snapshot().steps[0]?.latency ?? { p50: 0, p99: 0 };
  expect(Math.abs(p50 / 500 - 1)).toBeLessThan(0.05);
  expect(Math.abs(p99 / 990 - 1)).toBeLessThan(0.05);
});

test('it keeps 15 minutes, however long it runs', () => {
  const history = historyAt(0);
  for (let second = 0; second < 7200; second += 5) {
    history.at(second);
    history.onRequestEnd(200, 0.01);
  }
  const { steps } = history.snapshot();
  expect(steps).toHaveLength(180);
  expect(steps[0]?.at).toBe(7200 - 900);
});

test('drift is that of the last five minutes', () => {
  const history = historyAt(0);
  for (let i = 0; i < 100; i++) {
    history.onPrediction(text('de'), line());
  }
  expect(history.snapshot().drift.alarms.map(({ bin }) => bin)).toEqual(['de']);
  history.at(301);
  history.onPrediction(text('en'), line());
  const { features, alarms, known } = history.snapshot().drift;
  expect([alarms, known, features[0]?.observations]).toEqual([[], ['en'], 1]);
});

test('with a normal, its shares are there and labels raise an alarm', () => {
  const history = historyAt(0);
  for (let i = 0; i < 300; i++) {
    history.onPrediction(text('en'), line());
  }
  expect(history.snapshot().drift).toMatchObject({ alarms: [], normal: {} });
  const bin = (ratio: number) => ({ ratio, deviation: 0.01 });
  const normal = { features: { label: { negative: bin(0.3), positive: bin(0.7) } } };
  const { drift } = history.snapshot([history.record()], normal);
  expect(drift.normal).toEqual({ label: { negative: 0.3, positive: 0.7 } });
  expect(drift.alarms).toMatchObject([
    {
      kind: 'label_mix',
      bin: expect.any(String),
      reference: 'normal',
      alert: 'ClassifierLabelMixDrift',
    },
    { kind: 'label_mix' },
  ]);
});

test('another version begins without observations', () => {
  const history = historyAt(0);
  history.onPrediction(text('de'), line());
  history.onFeedback('positive', 'negative');
  expect(history.snapshot().feedback).toEqual({ positive: { negative: 1 } });
  history.onServing(profile);
  expect(history.snapshot()).toMatchObject({ steps: [], feedback: {} });
});

test('the last 50 predictions are there as the log has them, the newest first', () => {
  const history = historyAt(0);
  for (let i = 0; i < 60; i++) {
    history.onPrediction(text('en'), line(String(i)));
  }
  const { predictions } = history.snapshot();
  expect(predictions).toHaveLength(50);
  expect([predictions[0], predictions[49]]).toEqual([
    { at: 0, id: '59' },
    { at: 0, id: '10' },
  ]);
});

test('what a candidate predicted is counted by language, until another one is the candidate', () => {
  const history = historyAt(1000);
  history.onPrediction(text('en'), line());
  history.onShadowPrediction('en', true);
  history.onShadowPrediction('en', false);
  history.onShadowPrediction('de', false);
  const compared = { en: { texts: 2, agreed: 1 }, de: { texts: 1, agreed: 0 } };
  expect(history.snapshot().steps).toMatchObject([{ at: 1000, compared }]);
  const twice = history.snapshot([history.record(), history.record()]).steps[0]?.compared;
  expect(twice).toEqual({ en: { texts: 4, agreed: 2 }, de: { texts: 2, agreed: 0 } });
  history.onCandidate();
  expect(history.snapshot().steps).toMatchObject([{ languages: { en: 1 }, compared: {} }]);
});

test('the accuracy is estimated from calibrated scores, of enough texts in the last five minutes', () => {
  const history = historyAt(0);
  const estimate = () => history.snapshot().drift.estimatedAccuracy;
  const predict = (texts: number, score: number) => {
    for (let i = 0; i < texts; i++) {
      history.onPrediction({ ...text('en'), score }, line());
    }
  };
  history.onServing(scored);
  predict(1000, 0.9);
  expect(estimate()).toBeUndefined();
  history.onServing(scored, { isCalibrated: true });
  predict(150, 0.9);
  expect(estimate()).toBeUndefined();
  history.at(200);
  predict(50, 0.5);
  expect(estimate()).toEqual({ accuracy: expect.closeTo(0.8, 9), texts: 200 });
  // Of two processes that have seen the same.
  const both = history.snapshot([history.record(), history.record()]);
  expect(both.drift.estimatedAccuracy).toEqual({ accuracy: expect.closeTo(0.8, 9), texts: 400 });
  history.at(400);
  predict(200, 0.6);
  expect(estimate()).toEqual({
    accuracy: expect.closeTo((50 * 0.5 + 200 * 0.6) / 250),
    texts: 250,
  });
});
