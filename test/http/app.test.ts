/** The application with states and faults that a real model can't be brought into. */
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { ClassifierError } from '../../src/inference/errors.ts';
import { createManager, type Manager } from '../../src/serving/manager.ts';
import { COMMIT, createTestApp, serving } from '../support/app.ts';

const appWith = (manager: Manager, errors: unknown[] = []) =>
  request(createTestApp(manager, { onError: (error) => errors.push(error) }));

function draining(): Manager {
  const manager = createManager(COMMIT);
  manager.drain();
  return manager;
}

describe.each<[string, Manager]>([
  ['not-ready', createManager(COMMIT)],
  ['draining', draining()],
])('%s', (code, manager) => {
  test.each(['/readyz', '/model', '/model/files/config.json'])('GET %s is 503', async (path) => {
    const { status, body, headers } = await appWith(manager).get(path);
    expect([status, body.type]).toEqual([503, `/problems/${code}`]);
    expect(headers['retry-after']).toBe('1');
    expect(headers['x-model-commit']).toBe(COMMIT);
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
  const { status, body } = await appWith(await serving({ stats })).get('/readyz');
  expect([status, body.type]).toEqual([503, '/problems/not-ready']);
});

describe('an unexpected error', () => {
  test.each([
    ['of any kind', new Error('the secret cause')],
    [
      'of a batch that killed two workers',
      new ClassifierError('worker-crashed', 'the secret cause'),
    ],
    ['that is no Error', 'the secret cause'],
  ])('%s is a 500 that hides its cause, which the observer receives', async (_, error) => {
    const errors: unknown[] = [];
    const classify = () => Promise.reject(error);
    const { status, text, body } = await appWith(await serving({ classify }), errors)
      .post('/predict')
      .send({ inputs: 'text' });
    expect([status, body.type]).toEqual([500, '/problems/internal-error']);
    expect(text).not.toContain('secret');
    expect(errors).toEqual([error]);
  });
});

test('a classifier that was closed meanwhile is a 503', async () => {
  const classify = () => Promise.reject(new ClassifierError('closed', 'closed'));
  const { status, body } = await appWith(await serving({ classify }))
    .post('/predict')
    .send({ inputs: 'a' });
  expect([status, body.type]).toEqual([503, '/problems/draining']);
});
