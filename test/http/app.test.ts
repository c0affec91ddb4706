/** The application with states and faults that a real model can't be brought into. */
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { type AppDependencies, createApp } from '../../src/http/app.ts';
import type { Classifier } from '../../src/inference/classifier.ts';
import { ClassifierError } from '../../src/inference/errors.ts';
import { createPredictionIds } from '../../src/serving/prediction-id.ts';
import type { ModelState, ServedModel } from '../../src/serving/served-model.ts';
import { createHistory } from '../../src/telemetry/history.ts';
import { serviceAlarms } from '../../src/telemetry/service-policy.ts';

const commit = 'c'.repeat(40);

function appWith(state: ModelState, errors: unknown[] = []) {
  const ignore = () => undefined;
  const dependencies: AppDependencies = {
    state: () => state,
    apiKeys: [],
    maxInputs: 64,
    maxChars: 100,
    maxBody: 10_000,
    requestTimeoutMs: 1000,
    predictionIds: createPredictionIds(undefined),
    page: new Map(),
    overview: async () => {
      const snapshot = createHistory().snapshot();
      const workers = { starting: 0, idle: 0, busy: 0 };
      const stats = { queueLength: 0, queueCapacity: 0, workers };
      return { ...snapshot, stats, alarms: serviceAlarms(snapshot.recent, stats) };
    },
    onFeedback: ignore,
    exposition: { contentType: 'text/plain', expose: async () => '' },
    requests: { onRoute: ignore, onRequestStart: ignore, onRequestEnd: ignore },
    onRejected: ignore,
    onPrediction: ignore,
    onError: (error) => errors.push(error),
  };
  return request(createApp(dependencies));
}

function ready(classifier: Partial<Classifier>): ModelState {
  const model = { name: 'm', commit, classifier } as ServedModel;
  return { status: 'ready', commit, model };
}

describe.each<[string, ModelState]>([
  ['not-ready', { status: 'loading', commit }],
  ['draining', { status: 'draining', commit }],
])('%s', (code, state) => {
  test.each(['/readyz', '/model', '/model/files/config.json'])('GET %s is 503', async (path) => {
    const { status, body, headers } = await appWith(state).get(path);
    expect([status, body.type]).toEqual([503, `/problems/${code}`]);
    expect(headers['retry-after']).toBe('1');
    expect(headers['x-model-commit']).toBe(commit);
  });

  test('POST /predict is 503, whatever its body', async () => {
    const { status, body } = await appWith(state).post('/predict').send('{');
    expect([status, body.type]).toEqual([503, `/problems/${code}`]);
  });

  test('GET /healthz is 200', async () => {
    expect((await appWith(state).get('/healthz')).status).toBe(200);
  });
});

test('without a living worker it is not ready', async () => {
  const stats = () => ({
    queueLength: 0,
    queueCapacity: 1,
    workers: { starting: 2, idle: 0, busy: 0 },
  });
  const { status, body } = await appWith(ready({ stats })).get('/readyz');
  expect([status, body.type]).toEqual([503, '/problems/not-ready']);
});

describe('an error that nobody foresaw', () => {
  test.each([
    ['of any kind', new Error('the secret cause')],
    [
      'of a batch that killed two workers',
      new ClassifierError('worker-crashed', 'the secret cause'),
    ],
    ['that is no Error', 'the secret cause'],
  ])('%s is a 500 that hides its cause, which is told aside', async (_, error) => {
    const errors: unknown[] = [];
    const classify = () => Promise.reject(error);
    const { status, text, body } = await appWith(ready({ classify }), errors)
      .post('/predict')
      .send({ inputs: 'text' });
    expect([status, body.type]).toEqual([500, '/problems/internal-error']);
    expect(text).not.toContain('secret');
    expect(errors).toEqual([error]);
  });
});

test('a classifier that was closed meanwhile is a 503', async () => {
  const classify = () => Promise.reject(new ClassifierError('closed', 'closed'));
  const { status, body } = await appWith(ready({ classify }))
    .post('/predict')
    .send({ inputs: 'a' });
  expect([status, body.type]).toEqual([503, '/problems/draining']);
});
