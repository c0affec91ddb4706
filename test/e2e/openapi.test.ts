/** The built server against its own description: examples, answers, problems. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProblemCode } from '../../src/api/problem.ts';
import { freePort, poll } from '../../tools/launch.mjs';
import { type Description, describeServer } from '../support/openapi.ts';
import { PINNED } from '../support/pinned.ts';
import { startServer, type TestServer } from '../support/server.ts';

const API_KEY = 'a-known-key';
const ADMIN_TOKEN = 'sixteen-characters';
const JSON_BODY = { 'content-type': 'application/json' };

let server: TestServer;
let description: Description;
beforeAll(async () => {
  server = await startServer({
    ...{ API_KEYS: API_KEY, ADMIN_TOKEN, MAX_INPUTS: '3', MAX_CHARS: '50', MAX_BODY: '1000' },
  });
  // The versions of the store are listed in the background: one of them is an example.
  description = await poll(() => describeServer(server.url), {
    accept: ({ document }) => JSON.stringify(document).includes('a-tenth-of-the-texts'),
    intervalMs: 20,
  });
});
afterAll(() => server?.stop());

/** @param path with its parameters filled in. */
function send(method: string, path: string, body?: unknown, headers: object = {}) {
  const key = path.startsWith('/admin') ? ADMIN_TOKEN : API_KEY;
  return fetch(server.url + path, {
    method: method.toUpperCase(),
    headers: { authorization: `Bearer ${key}`, ...(body !== undefined && JSON_BODY), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

test('has the limits of this server, its labels and its version', () => {
  const { schemas } = description.document.components;
  expect(JSON.stringify(schemas.PredictRequest)).toContain('"maxItems":3');
  expect(JSON.stringify(schemas.PredictRequest)).toContain('"maxLength":50');
  expect(JSON.stringify(schemas.FeedbackRequest)).toContain('["negative","neutral","positive"]');
  expect(JSON.stringify(description.document)).toContain(PINNED);
});

test('each example is answered with 2xx, and each answer is as described', async () => {
  const others: string[] = [];
  for (const { method, path, operation } of description.operations) {
    const filled = path.replace(/\{(\w+)\}/g, (_, name) =>
      String(operation.parameters?.find((parameter) => parameter.name === name)?.example),
    );
    const contents = Object.values(operation.requestBody?.content ?? {});
    const examples = contents.flatMap(({ examples = {} }) => Object.values(examples));
    expect(examples.length > 0, operation.operationId).toBe(operation.requestBody !== undefined);
    for (const { value } of examples) {
      const response = await send(method, filled, value);
      expect(response.status, operation.operationId).toBeOneOf([200, 204]);
      await description.expectDescribed(method, path, response);
    }
    if (operation.requestBody === undefined) {
      const response = await send(method, filled);
      await description.expectDescribed(method, path, response);
      if (response.status !== 200) {
        others.push(`${operation.operationId} ${response.status}`);
      }
    }
  }
  // Its example's candidate has been ended before.
  expect(others).toEqual(['getShadow 404', 'promote 404', 'rollback 404']);
});

test('a label for each text of a bare array, a prediction for each text of an object', async () => {
  const texts = ['What a wonderful day', 'I hate this'];
  for (const [body, name] of [
    [texts, 'LabelsResponse'],
    [{ inputs: texts }, 'PredictResponse'],
  ] as const) {
    const answer = await (await send('post', '/predict', body)).json();
    expect(description.validate(name, answer)).toEqual([]);
  }
});

const noKey = { authorization: '' };
const commit = '0'.repeat(40);
test.each<[ProblemCode, string, string, string, unknown?, object?]>([
  ['malformed-json', 'post', '/predict', '/predict', '{'],
  ['invalid-body', 'post', '/predict', '/predict', { input: 'text' }],
  ['empty-text', 'post', '/predict', '/predict', { inputs: ' ' }],
  ['too-many-inputs', 'post', '/predict', '/predict', { inputs: ['a', 'b', 'c', 'd'] }],
  ['text-too-long', 'post', '/predict', '/predict', { inputs: 'x'.repeat(51) }],
  ['body-too-large', 'post', '/predict', '/predict', { inputs: 'x'.repeat(1000) }],
  ['unsupported-media-type', 'post', '/predict', '/predict', 'x', { 'content-type': 'text/csv' }],
  ['unauthorized', 'post', '/predict', '/predict', { inputs: 'a' }, noKey],
  ['forbidden', 'get', '/model', '/model', undefined, { authorization: 'Bearer other-key' }],
  ['unknown-label', 'post', '/feedback', '/feedback', { id: 'AAAA', label: 'other' }],
  ['unknown-id', 'post', '/feedback', '/feedback', { id: 'AAAA', label: 'neutral' }],
  ['not-found', 'get', '/model/files/{path}', '/model/files/none'],
  ['invalid-request', 'get', '/model/files/{path}', '/model/files/%ff'],
  ['unauthorized', 'get', '/admin', '/admin', undefined, noKey],
  ['invalid-commit', 'put', '/admin/model', '/admin/model', { commit: 'main' }],
  ['unknown-version', 'put', '/admin/model', '/admin/model', { commit }],
  ['not-comparable', 'put', '/admin/shadow', '/admin/shadow', { commit: PINNED, share: 1 }],
  ['no-candidate', 'post', '/admin/promote', '/admin/promote'],
  ['no-previous', 'post', '/admin/rollback', '/admin/rollback'],
])('the problem %s of %s %s is as described', async (code, method, path, filled, body, headers) => {
  const response = await send(method, filled, body, headers);
  expect(await description.expectDescribed(method, path, response)).toMatchObject({
    type: `/problems/${code}`,
  });
});

test('a full queue is as described', async () => {
  const small = await startServer({ MAX_INPUTS: '1', QUEUE_CAPACITY: '1' });
  const described = await describeServer(small.url);
  const responses = await Promise.all(
    Array.from({ length: 16 }, (_, at) => small.predict({ inputs: `${at} word `.repeat(100) })),
  );
  expect(responses.map(({ status }) => status)).toContain(429);
  for (const response of responses) {
    await described.expectDescribed('post', '/predict', response);
  }
  await small.stop();
});

test('a client over its rate is as described, with its rate in headers', async () => {
  const limited = await startServer({ RATE_LIMIT: '1/h' });
  const described = await describeServer(limited.url);
  for (const status of [200, 429]) {
    const response = await limited.predict({ inputs: 'a' });
    expect([response.status, response.headers.get('ratelimit')]).toEqual([
      status,
      expect.stringContaining('r=0'),
    ]);
    const { headers } = described.document.components;
    expect(Object.keys(headers)).toEqual(expect.arrayContaining(['ratelimit', 'ratelimit-policy']));
    await described.expectDescribed('post', '/predict', response);
  }
  await limited.stop();
});

test('while nothing is loaded it is as described, without labels', async () => {
  const store = await startServer(
    { MODEL_STORE: `http://127.0.0.1:${await freePort()}/none` },
    'store_retry',
  );
  const described = await describeServer(store.url);
  for (const path of ['/readyz', '/model']) {
    const response = await fetch(store.url + path);
    expect(response.status).toBe(503);
    await described.expectDescribed('get', path, response);
  }
  await store.stop();
});
