import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openConnection, sendBytes } from '../support/raw-http.ts';
import { startServer, sum, type TestServer } from '../support/server.ts';

interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
}

const json = { 'content-type': 'application/json' };

async function expectProblem(response: Response, status: number, code: string): Promise<Problem> {
  const problem = (await response.json()) as Problem;
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(problem).toEqual({
    type: `/problems/${code}`,
    title: expect.any(String),
    status,
    detail: expect.any(String),
  });
  expect(response.status).toBe(status);
  expect(response.headers.get('x-request-id')).toBeTruthy();
  expect(response.headers.get('x-model-commit')).toBeTruthy();
  return problem;
}

describe('a bad request', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ MAX_INPUTS: '3', MAX_CHARS: '20', MAX_BODY: '1000' });
  });
  afterAll(() => server.stop());

  test.each<[string, unknown, string, string]>([
    ['no JSON', '{"inputs": ', 'malformed-json', 'JSON'],
    ['an empty body', '', 'invalid-body', 'inputs: expected a text'],
    ['null', 'null', 'invalid-body', 'expected'],
    ['a string', '"text"', 'invalid-body', 'expected {"inputs": "text"}'],
    ['a number', '1', 'invalid-body', 'expected'],
    ['another field', { input: 'x' }, 'invalid-body', 'inputs'],
    ['a field too many', { inputs: 'x', options: {} }, 'invalid-body', 'options'],
    ['a number as text', { inputs: [1] }, 'invalid-body', 'inputs'],
    ['null as text', { inputs: null }, 'invalid-body', 'inputs'],
    ['numbers in a bare array', ['a', 1], 'invalid-body', '1: '],
    ['no text', { inputs: [] }, 'invalid-body', 'no text'],
    ['an empty bare array', [], 'invalid-body', 'no text'],
    ['an empty text', { inputs: '' }, 'empty-text', 'The text is empty or blank'],
    ['a blank text', { inputs: ['ok', ' \n\t\u00a0'] }, 'empty-text', 'Text 1 is empty or blank'],
    [
      'too many texts',
      { inputs: ['a', 'b', 'c', 'd'] },
      'too-many-inputs',
      'At most 3 texts are allowed in a request, found 4',
    ],
    [
      'a text too long',
      { inputs: 'x'.repeat(21) },
      'text-too-long',
      'The text has 21 characters, at most 20 are allowed',
    ],
    [
      'emoji too many',
      { inputs: ['ok', '😀'.repeat(21)] },
      'text-too-long',
      'Text 1 has 21 characters',
    ],
  ])('with %s', async (_, body, code, detail) => {
    const problem = await expectProblem(await server.predict(body), 400, code);
    expect(problem.detail).toContain(detail);
  });

  test('counts characters, not UTF-16 code units', async () => {
    expect((await server.predict({ inputs: '😀'.repeat(20) })).status).toBe(200);
  });

  test('with a body too large', async () => {
    const problem = await expectProblem(
      await server.predict({ inputs: 'x'.repeat(1000) }),
      413,
      'body-too-large',
    );
    expect(problem.detail).toContain('at most 1000 bytes are allowed');
  });

  test('with a body that is too large once it is unpacked', async () => {
    const response = await fetch(`${server.url}/predict`, {
      method: 'POST',
      headers: { ...json, 'content-encoding': 'gzip' },
      body: gzipSync(JSON.stringify({ inputs: 'x'.repeat(100_000) })),
    });
    await expectProblem(response, 413, 'body-too-large');
  });

  test('with no body at all', async () => {
    const response = await fetch(`${server.url}/predict`, { method: 'POST' });
    const problem = await expectProblem(response, 400, 'invalid-body');
    expect(problem.detail).toContain('inputs: expected a text');
  });

  test.each([
    [{ 'content-type': 'text/plain' }, 'text/plain'],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, 'urlencoded'],
    [{ 'content-type': 'application/json; charset=latin1' }, 'LATIN1'],
    [{ ...json, 'content-encoding': 'zip' }, 'zip'],
  ])('with the media type %j', async (headers, detail) => {
    const problem = await expectProblem(
      await server.predict({ inputs: 'x' }, headers as Record<string, string>),
      415,
      'unsupported-media-type',
    );
    expect(problem.detail).toContain(detail);
  });

  test.each([
    ['GET', '/predict', 'POST'],
    ['DELETE', '/predict', 'POST'],
    ['POST', '/model', 'GET, HEAD'],
    ['PUT', '/metrics', 'GET, HEAD'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['GET', '/feedback', 'POST'],
    ['POST', '/docs', 'GET, HEAD'],
  ])('%s %s', async (method, path, allow) => {
    const response = await fetch(`${server.url}${path}`, { method });
    expect(response.headers.get('allow')).toBe(allow);
    await expectProblem(response, 405, 'method-not-allowed');
  });

  test.each(['/console', '/console/no.js', '/predict/x', '/admin', '/model/files/no'])(
    'for %s, which is not there',
    async (path) => {
      await expectProblem(await fetch(`${server.url}${path}`), 404, 'not-found');
    },
  );

  test('for a path that can’t be decoded', async () => {
    await expectProblem(await fetch(`${server.url}/model/files/%ff`), 400, 'invalid-request');
  });

  test('that is no HTTP', async () => {
    const answer = await sendBytes(server.url, 'HELLO\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request\r\n/);
    expect(answer).toContain('"type":"/problems/invalid-request"');
  });

  test('with headers too large', async () => {
    const answer = await sendBytes(
      server.url,
      `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
    expect(answer).toContain('"type":"/problems/headers-too-large"');
  });

  test('does not end the server', async () => {
    expect((await server.predict({ inputs: 'still here' })).status).toBe(200);
  });
});

describe('with API keys', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ API_KEYS: 'first-key, second-key', WORKERS: '1' });
  });
  afterAll(() => server.stop());

  test('none is 401', async () => {
    const response = await server.predict({ inputs: 'x' });
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    await expectProblem(response, 401, 'unauthorized');
    await expectProblem(await fetch(`${server.url}/model`), 401, 'unauthorized');
  });

  test.each(['Bearer wrong-key', 'Bearer first-key2'])('%s is 403', async (authorization) => {
    await expectProblem(await server.predict({ inputs: 'x' }, { authorization }), 403, 'forbidden');
  });

  test.each<Record<string, string>>([
    { authorization: 'Bearer first-key' },
    { authorization: 'bearer second-key' },
    { 'x-api-key': 'second-key' },
  ])('%j is let in', async (headers) => {
    expect((await server.predict({ inputs: 'x' }, headers)).status).toBe(200);
  });

  test('probes and Prometheus need none', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics']) {
      expect((await fetch(`${server.url}${path}`)).status).toBe(200);
    }
  });
});

describe('more than the server can take', () => {
  const inputs = Array.from({ length: 64 }, (_, i) => `${'word '.repeat(120)}${i}`);

  test('is 429 at once, and what was accepted is answered', async () => {
    const server = await startServer({
      ...{ WORKERS: '1', QUEUE_CAPACITY: '64', REQUEST_TIMEOUT_MS: '60000' },
    });
    const responses = await Promise.all(
      Array.from({ length: 8 }, (_, request) =>
        server.predict({ inputs: inputs.map((text) => `${request} ${text}`) }),
      ),
    );
    const statuses = responses.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    const refused = responses.filter(({ status }) => status === 429);
    for (const response of refused) {
      expect(response.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
      await expectProblem(response, 429, 'queue-full');
    }
    expect(sum(await server.metrics(), 'classifier_rejected_total', 'queue_full')).toBe(
      refused.length,
    );
    await server.stop();
  });

  test('or takes too long is 504, and its texts leave the queue', async () => {
    const server = await startServer({ WORKERS: '1', REQUEST_TIMEOUT_MS: '20' });
    const responses = await Promise.all(
      Array.from({ length: 4 }, () => server.predict({ inputs })),
    );
    for (const response of responses) {
      const problem = await expectProblem(response, 504, 'deadline-exceeded');
      expect(problem.detail).toContain('20 ms');
    }
    const metrics = await server.metrics();
    expect(metrics.get('classifier_queue_length')).toBe(0);
    expect(sum(metrics, 'classifier_rejected_total', 'deadline')).toBe(4);
    expect(sum(metrics, 'classifier_predictions_total')).toBe(0);
    await server.stop();
    expect(server.lines.filter(({ event }) => event === 'prediction')).toEqual([]);
  });

  test('or whose client goes away leaves the queue, and no line in the log', async () => {
    const server = await startServer({ WORKERS: '1' });
    const body = JSON.stringify({ inputs });
    const client = openConnection(server.url);
    client.write(
      'POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n' +
        `content-length: ${body.length}\r\n\r\n${body}`,
    );
    await server.untilCounted('classifier_queue_length');
    client.destroy();
    const metrics = await server.untilCounted('classifier_rejected_total', 'client_gone');
    expect(metrics.get('classifier_queue_length')).toBe(0);
    expect(sum(metrics, 'http_requests_total', 'route="/predict",status="499"')).toBe(1);
    await server.stop();
    expect(server.lines.filter(({ event }) => event === 'prediction')).toEqual([]);
  });
});
