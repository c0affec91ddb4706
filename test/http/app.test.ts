/** The application with states and faults that a real model can't be brought into. */
import { Socket } from 'node:net';
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { modelCardSchema } from '../../src/api/model.ts';
import type { ClassifyOptions } from '../../src/inference/classifier.ts';
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

test('GET /model shows what serves, whatever git accepted as its date, and nothing of the server', async () => {
  const manager = await serving({ labels: ['good', 'bad'] });
  const model = { ...manager.acceptingModel(), date: '+010000-01-01T00:00:00.000Z' };
  const { status, body } = await appWith({ ...manager, acceptingModel: () => model }).get('/model');
  expect([status, body.date, body.labels]).toEqual([200, model.date, ['good', 'bad']]);
  expect(Object.keys(body).filter((field) => !(field in modelCardSchema.shape))).toEqual([]);
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

test.each([
  ['queue-full', 'queue-full', 'queue_full'],
  ['would-wait-too-long', 'queue-too-slow', 'would_wait'],
] as const)(
  '%s is 429 %s, with the forecast of the queue in Retry-After',
  async (code, type, reason) => {
    const rejected: string[] = [];
    const classify = () =>
      Promise.reject(new ClassifierError(code, 'no', { data: { retryAfterSeconds: 7 } }));
    const app = createTestApp(await serving({ classify }), {
      startPrediction: () => ({
        onPrediction: () => undefined,
        onRejected: (received) => rejected.push(received),
      }),
    });
    const { status, body, headers } = await request(app).post('/predict').send({ inputs: 'a' });
    expect([status, body.type, body.detail]).toEqual([
      ...[429, `/problems/${type}`, 'no; try again later'],
    ]);
    expect(headers['retry-after']).toBe('7');
    expect(rejected).toEqual([reason]);
  },
);

describe('the client of a request', () => {
  async function clientsOf(
    apiKeys: readonly string[],
    send: (agent: ReturnType<typeof request.agent>, key: string) => Promise<unknown>,
  ): Promise<unknown[]> {
    const clients: unknown[] = [];
    const classify = (_texts: readonly string[], options?: ClassifyOptions) => {
      clients.push(options?.client);
      return Promise.reject(new ClassifierError('queue-full', 'no'));
    };
    const server = createTestApp(await serving({ classify }), {}, apiKeys).listen(0);
    const agent = request.agent(server);
    for (const key of ['one', 'two', 'one']) {
      await send(agent, key);
    }
    server.close();
    return clients;
  }

  test('is its API key, on any connection', async () => {
    const clients = await clientsOf(['one', 'two'], (agent, key) =>
      agent.post('/predict').set('x-api-key', key).send({ inputs: 'a' }),
    );
    expect(clients[0]).toEqual(expect.any(String));
    expect(clients[0]).toBe(clients[2]);
    expect(clients[0]).not.toBe(clients[1]);
    expect(JSON.stringify(clients)).not.toContain('one');
  });

  test('is its connection where no keys are configured, whatever key it sends', async () => {
    const clients = await clientsOf([], (agent) =>
      agent.post('/predict').set('x-api-key', 'one').send({ inputs: 'a' }),
    );
    expect(clients.every((client) => client instanceof Socket)).toBe(true);
    expect(new Set(clients).size).toBe(3);
  });
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

describe('clients of Hugging Face, which show `error`', () => {
  const post = async (path: string, body: object) =>
    (
      await appWith(await serving({}))
        .post(path)
        .send(body)
    ).body;
  const detail = 'The text is empty or blank; it needs at least one character';

  test.each([
    ['/', { inputs: ' ' }],
    ['/', { inputs: ' ', parameters: {} }],
    ['/predict', { inputs: ' ', parameters: { top_k: 1 } }],
  ])('find the detail of a problem of %s there', async (path, body) => {
    expect(await post(path, body)).toMatchObject({
      type: '/problems/empty-text',
      detail,
      error: detail,
    });
  });

  test('a problem of other requests has no such member', async () => {
    expect(Object.keys(await post('/predict', { inputs: ' ' }))).toEqual([
      ...['type', 'title', 'status', 'detail'],
    ]);
  });
});
