/** What a browser needs so that a page of another origin may use the server. */
import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { createManager } from '../../src/serving/manager.ts';
import type { EndedRequest, Route } from '../../src/serving/observer.ts';
import { COMMIT, createTestApp } from '../support/app.ts';

const ORIGIN = 'https://app.example.com';
const EXPOSED =
  'x-request-id,x-model-commit,retry-after,ratelimit,ratelimit-policy,inference-header-content-length';

function appOf(corsOrigins: readonly string[]) {
  const ended: EndedRequest[] = [];
  const routes: Route[] = [];
  const observed = {
    onRequestEnd: (each: EndedRequest) => void ended.push(each),
    onRoute: (route: Route) => void routes.push(route),
  };
  const tokens = ['sixteen-characters'];
  const app = createTestApp(createManager(COMMIT), observed, ['first-key'], tokens, {
    corsOrigins,
  });
  return { ended, routes, agent: request(app) };
}

type App = ReturnType<typeof appOf>;

const preflight = ({ agent }: App, path: string, method = 'POST', origin = ORIGIN) =>
  agent
    .options(path)
    .set('origin', origin)
    .set('access-control-request-method', method)
    .set('access-control-request-headers', 'authorization,content-type');

describe('a page of an allowed origin', () => {
  test('gets its preflight request answered without a key', async () => {
    const app = appOf(['https://other.example', ORIGIN]);
    const { status, headers } = await preflight(app, '/predict');
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'authorization,content-type',
      'access-control-max-age': '600',
      vary: 'Origin, Access-Control-Request-Headers',
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  test('may read problems, and the headers that it needs', async () => {
    const { status, headers } = await appOf([ORIGIN])
      .agent.post('/predict')
      .set('origin', ORIGIN)
      .send({});
    expect(status).toBe(401);
    expect(headers).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-expose-headers': EXPOSED,
      vary: 'Origin',
    });
  });

  test.each([
    ['/predict', 'POST'],
    ['/feedback', 'POST'],
    ['/', 'POST'],
    ['/v2/models/m/infer', 'POST'],
    ['/model', 'GET'],
    ['/model/files/config.json', 'GET'],
    ['/healthz', 'GET'],
    ['/readyz', 'GET'],
  ])('may use %s', async (path, method) => {
    const { status, headers } = await preflight(appOf([ORIGIN]), path, method);
    expect([status, headers['access-control-allow-origin']]).toEqual([204, ORIGIN]);
  });

  test('never the console, whose path has a method for clients', async () => {
    const app = appOf(['*']);
    const { headers } = await app.agent.get('/').set('origin', ORIGIN);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect((await preflight(app, '/', 'GET')).status).toBe(405);
  });

  test.each([
    '/admin',
    '/admin/model',
    '/metrics',
    '/console/data',
    '/console/history',
    '/nothing',
  ])('never %s', async (path) => {
    const { status, headers } = await preflight(appOf(['*']), path, 'GET');
    expect([404, 405, 401]).toContain(status);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});

test.each([
  ['https://other.example', [ORIGIN]],
  ['https://app.example.com.evil.example', [ORIGIN]],
  ['null', [ORIGIN]],
  [ORIGIN, []],
])('a page of %s, where %j is allowed, may not', async (origin, origins) => {
  const { headers } = await preflight(appOf(origins), '/predict', 'POST', origin);
  expect(headers).not.toHaveProperty('access-control-allow-origin');
});

test('with *, every page may', async () => {
  const { headers } = await preflight(appOf(['*']), '/predict', 'POST', 'https://any.example');
  expect(headers['access-control-allow-origin']).toBe('*');
});

test('preflight requests are counted, not as requests of their route', async () => {
  const app = appOf([ORIGIN]);
  await preflight(app, '/predict');
  const series = { method: 'OPTIONS', route: 'none' };
  expect(app.ended.map((each) => each.series)).toEqual([{ ...series, status: 204 }]);
  expect(app.routes).toContainEqual({ ...series, statuses: [204, 499] });
});

test('an OPTIONS request that is no preflight is refused as before', async () => {
  const app = appOf([ORIGIN]);
  const { status, headers } = await app.agent.options('/predict').set('origin', ORIGIN);
  expect([status, headers.allow]).toEqual([405, 'POST']);
  expect(app.ended[0]?.series).toEqual({ method: 'OTHER', route: '/predict', status: 405 });
});
