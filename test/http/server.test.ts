import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHttpServer } from '../../src/http/server.ts';
import { createHandlingPacer } from '../../src/network/pacer.ts';
import { observerWith } from '../support/observer.ts';
import { openConnection, sendBytes } from '../support/raw-http.ts';

let server: Server;
let url: string;
beforeEach(async () => {
  const app = express();
  app.post('/text', express.text(), (req, res) => {
    res.json({ query: req.query, body: req.body });
  });
  const observer = observerWith();
  const options = {
    handling: createHandlingPacer(),
    maxConnections: 100,
    maxConnectionsPerAddress: 100,
    requestTimeoutMs: 1000,
    keepAliveTimeoutMs: 600_000,
    commit: () => undefined,
    observer,
  };
  server = createHttpServer(app, options).server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => server.close());

const post = (path: string) =>
  fetch(`${url}${path}`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'b' });

test('requests reach the application, which has all that Express adds to them', async () => {
  expect(await (await post('/text?a=1')).json()).toEqual({ query: { a: '1' }, body: 'b' });
});

test('an idle connection is kept for as long as the load balancer in front needs', async () => {
  const { headers } = await post('/text');
  expect(headers.get('keep-alive')).toBe('timeout=600');
});

describe('bytes that are no request are answered with a problem, and the connection is closed', () => {
  const HEAD = 'POST /text HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\n';

  async function expectProblem(bytes: string, status: string, type: string): Promise<string> {
    const [rawHead, body] = (await sendBytes(url, bytes)).split('\r\n\r\n') as [string, string];
    const head = rawHead.replace(/^[\w-]+:/gm, (name) => name.toLowerCase());
    expect(head.split('\r\n')[0]).toBe(`HTTP/1.1 ${status}`);
    expect(head).toContain('content-type: application/problem+json; charset=utf-8');
    expect(head).toContain('connection: close');
    expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
    const problem = JSON.parse(body);
    expect(problem).toEqual({
      type: `/problems/${type}`,
      title: expect.any(String),
      status: Number(status.split(' ')[0]),
      detail: expect.any(String),
    });
    return problem.detail;
  }

  test.each([
    ['another protocol', 'HELLO\r\n\r\n', 'not HTTP'],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001', 'not HTTP'],
    ['a method that HTTP has not', 'FROB / HTTP/1.1\r\n\r\n', 'not HTTP'],
    ['a length that is no number', `${HEAD}content-length: x\r\n\r\n`, 'not HTTP'],
    ['a chunk without its length', `${HEAD}transfer-encoding: chunked\r\n\r\nxyz\r\n`, 'not HTTP'],
  ])('%s: 400', async (_, bytes, detail) => {
    expect(await expectProblem(bytes, '400 Bad Request', 'invalid-request')).toContain(detail);
  });

  test('headers that are too large: 431', async () => {
    const detail = await expectProblem(
      `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
      '431 Request Header Fields Too Large',
      'headers-too-large',
    );
    expect(detail).toContain('16 KiB');
  });

  // The limits are checked every second.
  test.each([
    ['headers that never end', HEAD],
    ['a body that never ends', `${HEAD}content-length: 10\r\n\r\nhalf`],
  ])('%s: 408', async (_, bytes) => {
    const { headersTimeout, requestTimeout } = server;
    server.headersTimeout = 100;
    server.requestTimeout = 200;
    const detail = await expectProblem(bytes, '408 Request Timeout', 'request-timeout');
    expect(detail).toContain(`within ${headersTimeout / 1000} s`);
    expect(detail).toContain(`within ${requestTimeout / 1000} s`);
    expect([headersTimeout, requestTimeout]).toEqual([10_000, 30_000]);
  });
});

test('a client that breaks its connection off does no harm', async () => {
  const socket = openConnection(url);
  socket.write('POST /text HTTP/1.1\r\nhost: x\r\n');
  const [accepted] = await once(server, 'connection');
  const closed = new Promise((resolve) => accepted.once('close', resolve));
  socket.resetAndDestroy();
  await closed;
  expect((await post('/text')).status).toBe(200);
});
