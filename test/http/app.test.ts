/** The application with states and faults that a real model can't be brought into. */
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import type { Classifier } from '../../src/inference/classifier.ts';
import { ClassifierError } from '../../src/inference/errors.ts';
import { createManager, type Manager } from '../../src/serving/manager.ts';
import { createPredictionIds } from '../../src/serving/prediction-id.ts';
import { createPredictor } from '../../src/serving/predictor.ts';
import type { ServedModel } from '../../src/serving/served-model.ts';
import { NO_STATS } from '../../src/serving/stats.ts';
import { createHistory } from '../../src/telemetry/history.ts';
import { serviceAlarms } from '../../src/telemetry/service-policy.ts';
import { observerWith } from '../support/observer.ts';

const commit = 'c'.repeat(40);

function appWith(manager: Manager, errors: unknown[] = []) {
  const predictionIds = createPredictionIds(undefined);
  const observer = observerWith({ onError: (error) => errors.push(error) });
  const limits = { maxInputs: 64, maxChars: 100, maxBody: 10_000 };
  return request(
    createApp({
      ...limits,
      manager,
      observer,
      predictionIds,
      predictor: createPredictor({ manager, observer, predictionIds, requestTimeoutMs: 1000 }),
      apiKeys: [],
      page: new Map(),
      overview: async () => {
        const snapshot = createHistory().snapshot();
        return {
          ...snapshot,
          stats: NO_STATS,
          alarms: serviceAlarms(snapshot.recent, NO_STATS),
        };
      },
      exposition: { contentType: 'text/plain', expose: async () => '' },
    }),
  );
}

async function ready(classifier: Partial<Classifier>): Promise<Manager> {
  const manager = createManager(commit);
  const model = { name: 'm', commit, classifier } as ServedModel;
  await manager.serve({ commit, run: async () => model });
  return manager;
}

function draining(): Manager {
  const manager = createManager(commit);
  manager.drain();
  return manager;
}

describe.each<[string, Manager]>([
  ['not-ready', createManager(commit)],
  ['draining', draining()],
])('%s', (code, manager) => {
  test.each(['/readyz', '/model', '/model/files/config.json'])('GET %s is 503', async (path) => {
    const { status, body, headers } = await appWith(manager).get(path);
    expect([status, body.type]).toEqual([503, `/problems/${code}`]);
    expect(headers['retry-after']).toBe('1');
    expect(headers['x-model-commit']).toBe(commit);
  });

  test('POST /predict is 503, whatever its body', async () => {
    const { status, body } = await appWith(manager).post('/predict').send('{');
    expect([status, body.type]).toEqual([503, `/problems/${code}`]);
  });

  test('GET /healthz is 200', async () => {
    expect((await appWith(manager).get('/healthz')).status).toBe(200);
  });
});

test('without a living worker it is not ready', async () => {
  const stats = () => ({
    queueLength: 0,
    queueCapacity: 1,
    workers: { starting: 2, idle: 0, busy: 0 },
  });
  const { status, body } = await appWith(await ready({ stats })).get('/readyz');
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
    const { status, text, body } = await appWith(await ready({ classify }), errors)
      .post('/predict')
      .send({ inputs: 'text' });
    expect([status, body.type]).toEqual([500, '/problems/internal-error']);
    expect(text).not.toContain('secret');
    expect(errors).toEqual([error]);
  });
});

test('a classifier that was closed meanwhile is a 503', async () => {
  const classify = () => Promise.reject(new ClassifierError('closed', 'closed'));
  const { status, body } = await appWith(await ready({ classify }))
    .post('/predict')
    .send({ inputs: 'a' });
  expect([status, body.type]).toEqual([503, '/problems/draining']);
});
