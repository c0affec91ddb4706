/** Names, versions, health and errors of the Open Inference Protocol, in states that a real model is not brought into. */
import request from 'supertest';
import { beforeAll, describe, expect, test } from 'vitest';
import { ClassifierError } from '../../../src/inference/errors.ts';
import { createManager } from '../../../src/serving/manager.ts';
import { CANDIDATE, COMMIT, createTestApp, serving } from '../../support/app.ts';
import { classify, INFER, LABELS, stats, TEXT } from '../../support/infer.ts';

let app: ReturnType<typeof createTestApp>;
beforeAll(async () => {
  app = createTestApp(await serving({ classify, labels: LABELS, stats: stats(1) }));
});

describe('the model and its version', () => {
  const PATHS = ['', '/ready', '/infer'];
  const send = (target: typeof app, path: string) =>
    path.endsWith('/infer')
      ? request(target)
          .post(path)
          .send({ inputs: [TEXT] })
      : request(target).get(path);

  test.each(PATHS)('are those of the path: %s', async (path) => {
    expect((await send(app, `/v2/models/m${path}`)).status).toBe(200);
    expect((await send(app, `/v2/models/m/versions/${COMMIT}${path}`)).status).toBe(200);
    const unknown = await send(app, `/v2/models/other${path}`);
    const error = 'There is no model "other" here, only m';
    expect([unknown.status, unknown.body]).toEqual([404, { error }]);
    const old = await send(app, `/v2/models/m/versions/1${path}`);
    expect([old.status, old.body.error]).toEqual([
      404,
      `Version "1" of m does not serve; the version is the full SHA of the commit that serves, ${COMMIT}, or left out`,
    ]);
  });

  test.each(PATHS)('a candidate is not ready: %s', async (path) => {
    const { status, body } = await send(app, `/v2/models/m/versions/${CANDIDATE}${path}`);
    const error = `Version ${CANDIDATE} is a candidate: it answers no request`;
    const ready = path === '/ready' ? { name: 'm', ready: false } : {};
    expect([status, body]).toEqual([503, { ...ready, error }]);
  });

  test.each(PATHS)('a version that is being loaded is not ready: %s', async (path) => {
    const loading = createTestApp(createManager(COMMIT));
    for (const version of ['', `/versions/${COMMIT}`]) {
      const { status, body, headers } = await send(loading, `/v2/models/m${version}${path}`);
      expect([status, body.error]).toEqual([503, `Model ${COMMIT} is being loaded and checked`]);
      expect(headers['retry-after']).toBe('1');
    }
  });
});

describe('health', () => {
  test('is live and ready', async () => {
    for (const kind of ['live', 'ready']) {
      const { status, body } = await request(app).get(`/v2/health/${kind}`);
      expect([status, body]).toEqual([200, { live: true, ready: true }]);
    }
  });

  test('is live and not ready without a living worker', async () => {
    const dead = createTestApp(await serving({ stats: stats(0) }));
    const live = await request(dead).get('/v2/health/live');
    expect([live.status, live.body]).toEqual([200, { live: true, ready: false }]);
    const ready = await request(dead).get('/v2/health/ready');
    const error = 'Every worker has died and is being replaced';
    expect([ready.status, ready.body]).toEqual([503, { live: true, ready: false, error }]);
  });
});

describe('errors are {"error"}', () => {
  test.each([
    ['get', '/v2/models', 404],
    ['post', '/v2/repository/index', 404],
    ['get', '/v2/models/m/config', 404],
    ['get', INFER, 405],
    ['post', '/v2', 405],
  ] as const)('%s %s: %d', async (method, path, expected) => {
    const { status, body } = await request(app)[method](path);
    expect([status, body]).toEqual([expected, { error: expect.any(String) }]);
  });

  test('HEAD is answered with the headers of GET', async () => {
    const [get, head] = await Promise.all([
      request(app).get('/v2/models/other'),
      request(app).head('/v2/models/other'),
    ]);
    expect([head.status, head.headers['content-length']]).toEqual([
      ...[404, get.headers['content-length']],
    ]);
  });

  test.each([
    ['queue-full', 429],
    ['would-wait-too-long', 429],
    ['closed', 503],
    ['worker-crashed', 500],
  ] as const)('%s: %d', async (code, expected) => {
    const data = { retryAfterSeconds: 7 };
    const failing = () => Promise.reject(new ClassifierError(code, 'no', { data }));
    const target = createTestApp(await serving({ classify: failing, labels: LABELS }));
    const { status, body, headers } = await request(target)
      .post(INFER)
      .send({ inputs: [TEXT] });
    expect([status, body]).toEqual([expected, { error: expect.any(String) }]);
    expect(headers['retry-after']).toBe(expected === 429 ? '7' : undefined);
  });

  test('a request without the key is refused; probes need none', async () => {
    const manager = await serving({ classify, labels: LABELS, stats: stats(1) });
    const target = createTestApp(manager, {}, ['a-known-key']);
    const { status, body, headers } = await request(target)
      .post(INFER)
      .send({ inputs: [TEXT] });
    expect([status, body]).toEqual([401, { error: expect.stringContaining('Bearer <key>') }]);
    expect(headers['www-authenticate']).toBe('Bearer');
    expect((await request(target).get('/v2/models/m')).status).toBe(401);
    for (const path of ['/v2', '/v2/health/live', '/v2/health/ready', '/v2/models/m/ready']) {
      expect.soft((await request(target).get(path)).status, path).toBe(200);
    }
  });
});

test('an error has the form of the protocol, however the path is written', async () => {
  const { status, body } = await request(app).get('/V2/models/other');
  expect([status, body]).toEqual([404, { error: 'There is no model "other" here, only m' }]);
});

test('a body without a media type is taken, but not from a page: it could send one to any site', async () => {
  const body = JSON.stringify({ inputs: [TEXT] });
  const post = () => request(app).post(INFER);
  expect((await post().send(Buffer.from(body)).set('content-type', '')).status).toBe(200);
  const page = post().set('origin', 'https://example.com').set('content-type', '');
  const { status, body: answer } = await page.send(Buffer.from(body));
  expect(status).toBe(415);
  expect(answer.error).toContain('found no content type');
});
