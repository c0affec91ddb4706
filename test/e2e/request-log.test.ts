/** Each request that failed, was refused or abandoned has a line in the log. */
import { beforeAll, describe, expect, test } from 'vitest';
import { openConnection, sendBytes } from '../support/raw-http.ts';
import { type LogLine, startServer, sum, type TestServer } from '../support/server.ts';

const KEY = 'first-key';
const CLIENT_TEXT = 'someone@example.org';

/** Failures by status in the metrics, and in the log with those that were omitted. */
function failuresOf(
  metrics: Map<string, number>,
  lines: readonly LogLine[],
): { counted: Record<string, number>; logged: Record<string, number> } {
  const counted: Record<string, number> = {};
  for (const [series, value] of metrics) {
    const [, labels, status = ''] =
      /^http_requests_total\{(method="\w+",route="[^"]+",)status="([45]\d\d)"\}$/.exec(series) ??
      [];
    if (labels !== undefined && value > 0) {
      counted[labels + status] = value;
    }
  }
  const logged: Record<string, number> = {};
  for (const { event, method, route, status } of lines as readonly Record<string, unknown>[]) {
    if (event === 'request') {
      const key = `method="${method}",route="${route}",${status}`;
      logged[key] = (logged[key] ?? 0) + 1;
    }
  }
  return { counted, logged };
}

const requestLines = (server: TestServer): readonly Record<string, unknown>[] =>
  server.lines.filter(({ event }) => event === 'request') as never;

describe('every kind of refusal', () => {
  let server: TestServer;
  let metrics: Map<string, number>;
  const authorization = `Bearer ${KEY}`;

  beforeAll(async () => {
    server = await startServer({
      API_KEYS: `unused-key,web:${KEY}`,
      MAX_BODY: '100000',
      MAX_INPUTS: '64',
      QUEUE_CAPACITY: '64',
      REQUEST_TIMEOUT_MS: '60000',
    });
    const { url, predict } = server;
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const valid = { authorization, traceparent, 'x-request-id': 'my-request' };
    await predict({ inputs: 'answered' }, valid);
    await predict({ inputs: '' }, valid);
    await predict({ inputs: 'x' });
    await predict({ inputs: 'x' }, { authorization: 'Bearer of-somebody-else' });
    await predict({ inputs: 'x'.repeat(100_000) }, { authorization });
    await predict('x', { authorization, 'content-type': 'text/plain' });
    await fetch(`${url}/${CLIENT_TEXT}?q=${CLIENT_TEXT}`);
    await fetch(`${url}/healthz`, { method: 'DELETE' });
    await sendBytes(url, `HELLO ${CLIENT_TEXT}\r\n\r\n`);
    await sendBytes(url, `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`);
    await sendBytes(url, `GET / HTTP/1.1\r\nconnection: close\r\n\r\n`);
    await sendBytes(url, `FOO /predict HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
    await sendBytes(url, `GET / HTTP/1.1\r\nhost: a\r\nexpect: x\r\nconnection: close\r\n\r\n`);
    // Its headers never end: refused after 10 s.
    const late = sendBytes(url, 'GET / HTTP/1.1\r\n');
    await abandon(url);
    await overload(server);
    await late;
    metrics = await server.metrics();
    await server.stop();
  });

  async function abandon(url: string): Promise<void> {
    const client = openConnection(url);
    client.write(
      `POST /predict HTTP/1.1\r\nhost: a\r\nauthorization: ${authorization}\r\n` +
        'content-type: application/json\r\ncontent-length: 100\r\n\r\n{',
    );
    await server.untilCounted('http_requests_in_progress');
    client.destroy();
    await server.untilCounted('http_requests_total', 'status="499"');
  }

  async function overload({ predict }: TestServer): Promise<void> {
    const inputs = Array.from({ length: 64 }, (_, i) => `${'word '.repeat(100)}${i}`);
    await Promise.all(
      Array.from({ length: 6 }, (_, request) =>
        predict({ inputs: inputs.map((text) => `${request} ${text}`) }, { authorization }),
      ),
    );
  }

  test('has a line: the statuses in the log are those of http_requests_total', () => {
    const { counted, logged } = failuresOf(metrics, server.lines);
    expect(logged).toEqual(counted);
    const statuses = new Set(requestLines(server).map(({ status }) => status));
    expect([...statuses].sort()).toEqual([
      ...[400, 401, 403, 404, 405, 408, 413, 415, 417, 429, 431, 499],
    ]);
    expect(sum(metrics, 'request_log_omitted_total')).toBe(0);
  });

  test('names the request, the client and the problem', () => {
    const [empty] = requestLines(server);
    expect(empty).toMatchObject({
      level: 'warn',
      request_id: 'my-request',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      method: 'POST',
      route: '/predict',
      status: 400,
      client: 'web',
      problem: 'empty-text',
      duration_ms: expect.any(Number),
    });
    const problems = new Map(requestLines(server).map(({ status, problem }) => [status, problem]));
    expect(Object.fromEntries(problems)).toMatchObject({
      401: 'unauthorized',
      403: 'forbidden',
      404: 'not-found',
      408: 'request-timeout',
      413: 'body-too-large',
      431: 'headers-too-large',
    });
    const unknown = requestLines(server).find(({ status }) => status === 403);
    expect(unknown).not.toHaveProperty('client');
  });

  test('has no text of the client, and no key', () => {
    const text = requestLines(server)
      .map((line) => JSON.stringify(line))
      .join('\n');
    expect(text).not.toContain('example.org');
    expect(text).not.toContain(KEY);
    expect(text).not.toContain('of-somebody-else');
  });

  test('is the only line: an answered prediction has its own', () => {
    const answered = server.lines.filter(({ event }) => event === 'prediction');
    expect(answered[0]).toMatchObject({ request_id: 'my-request', input: 'answered' });
    expect(requestLines(server).filter(({ status }) => status === 200)).toEqual([]);
  });
});

test('a flood leaves few lines, and the number of the others in log and metrics', async () => {
  const server = await startServer();
  const requests = 3_000;
  const { socket, count } = pipeline(server.url);
  // Each is 404, one behind the other.
  socket.write('GET /nothing HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(requests - 1));
  socket.write('GET /nothing HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
  expect(await count).toBe(requests);
  const metrics = await server.metrics();
  await server.stop();
  expect(sum(metrics, 'http_requests_total', 'route="none",status="404"')).toBe(requests);
  const lines = requestLines(server).length;
  const omitted = server.lines
    .filter(({ event }) => event === 'requests_omitted')
    .map((line) => (line as unknown as { omitted: number }).omitted);
  const total = omitted.reduce((all, each) => all + each, 0);
  expect(lines + total).toBe(requests);
  expect(sum(metrics, 'request_log_omitted_total')).toBe(total);
  // 20 lines in each window, which has one line for the others.
  expect(lines).toBeLessThanOrEqual(20 * (omitted.length + 1));
  expect(lines).toBeLessThan(requests);
});

/** Counts the answers on a connection until the server closes it. */
function pipeline(url: string) {
  const socket = openConnection(url);
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    received += text;
  });
  const count = new Promise<number>((resolve) => {
    socket.once('close', () => resolve(received.match(/HTTP\/1\.1 404 /g)?.length ?? 0));
  });
  return { socket, count };
}

test('with ACCESS_LOG=all, other requests have a line too; with none, no request', async () => {
  const [all, none] = [
    await startServer({ ACCESS_LOG: 'all' }),
    await startServer({ ACCESS_LOG: 'none' }),
  ];
  for (const { url, predict } of [all, none]) {
    await predict({ inputs: 'x' });
    await fetch(`${url}/healthz`);
    await fetch(`${url}/nothing`);
  }
  await Promise.all([all.stop(), none.stop()]);
  expect(requestLines(none)).toEqual([]);
  expect(
    requestLines(all).map(({ level, route, status }) => `${level} ${route} ${status}`),
  ).toEqual(['info /healthz 200', 'warn none 404']);
});
