/** No client without a key takes the server's memory, or keeps it from answering others. */
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  eventually,
  get,
  haveProc,
  peakMemoryMb,
  post,
  sendEndlessly,
  sendUnread,
  statusOf,
} from '../support/attack.ts';
import { copyOfPinned, MODEL, PINNED } from '../support/pinned.ts';
import { sendBytes } from '../support/raw-http.ts';
import { ROOT, startServer, sum, type TestServer } from '../support/server.ts';

/** Of the limit of 1 GiB in docker-compose.yml, most of which the kernel's buffers may take. */
const MAX_GROWTH_MB = 300;

let server: TestServer;
let startMb: number;

beforeEach(async () => {
  server = await startServer();
  startMb = haveProc ? peakMemoryMb(server.process.pid as number) : 0;
});
afterEach(async () => {
  expect(await server.stop()).toEqual({ code: 0, signal: null });
});

/** It still lives, answers others, and has not taken more memory than it may. */
async function expectHealthy(): Promise<void> {
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  expect((await server.predict({ inputs: 'a text of another client' })).status).toBe(200);
  if (haveProc) {
    expect(peakMemoryMb(server.process.pid as number) - startMb).toBeLessThan(MAX_GROWTH_MB);
  }
}

const inProgress = async (): Promise<number> =>
  (await server.metrics()).get('http_requests_in_progress') as number;

test('downloads that are not read', async () => {
  const sockets = await Promise.all(
    Array.from({ length: 40 }, () =>
      sendUnread(server.url, get('/model/files/model.onnx').repeat(100)),
    ),
  );
  await eventually(async () => (await inProgress()) > 8);
  const response = await fetch(`${server.url}/model/files/model.onnx`);
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('1');
  expect(await response.json()).toMatchObject({ type: '/problems/too-many-downloads' });
  await expectHealthy();
  for (const socket of sockets) {
    socket.destroy();
  }
  await eventually(async () => (await inProgress()) === 1);
  const size = (await (await fetch(`${server.url}/model/files/model.onnx`)).arrayBuffer())
    .byteLength;
  expect(size).toBe(statSync(join(ROOT, 'models', MODEL, PINNED, 'model.onnx')).size);
});

test('scrapes, pages and data that are not read', async () => {
  const paths = ['/metrics', '/console/data', '/console/main.js', '/model'];
  const sockets = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      sendUnread(server.url, get(paths[i % paths.length] as string).repeat(1_000)),
    ),
  );
  await expectHealthy();
  for (const socket of sockets) {
    socket.destroy();
  }
  await eventually(async () => (await inProgress()) === 1);
});

const MAX_BODY = 4 * 1024 ** 2;
const filled = (head: string, unit: string, tail: string): string =>
  head + unit.repeat((MAX_BODY - head.length - tail.length) / unit.length) + tail;
const keys = `{${Array.from({ length: 350_000 }, (_, i) => `"a${i}":1`).join(',')}}`;

test.each([
  ['numbers', filled('{"inputs":[', '1,', '1]}'), 'inputs.0: expected a text'],
  ['numbers in a bare array', filled('[', '1,', '1]'), '0: expected a text'],
  ['a number behind a text', filled('{"inputs":["a",', '1,', '1]}'), 'inputs.1: expected a text'],
  ['keys', keys, 'Unrecognized key: \\"a0\\"'],
  ['nested arrays', filled('', '[', ']'), '0: expected a text'],
  ['nested objects', filled('', '{"a":', '1'), 'Unrecognized key: \\"a\\"'],
  ['texts', filled('{"inputs":[', '"a",', '"a"]}'), 'At most 64 texts are allowed in a request'],
  ['texts in a bare array', filled('[', '"",', '""]'), 'At most 64 texts are allowed in a request'],
])('four bodies of 4 MiB at once with %s', async (_, body, detail) => {
  const request = post('/predict', body, 'connection: close\r\n');
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => sendBytes(server.url, request)),
  );
  for (const answer of answers) {
    expect(statusOf(answer)).toBe(400);
    expect(answer).toContain(detail);
  }
  await expectHealthy();
});

const POST =
  'POST /predict HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nconnection: close\r\n';

test('300 bodies of 4 MiB that lack their last byte', async () => {
  const bytes = `${POST}content-length: ${MAX_BODY}\r\n\r\n${'a'.repeat(MAX_BODY - 1)}`;
  const refused: string[] = [];
  const sockets = await Promise.all(
    Array.from({ length: 300 }, async () => {
      const socket = await sendUnread(server.url, bytes);
      let received = '';
      socket.setEncoding('latin1').on('data', (text) => {
        received += text;
      });
      socket.once('close', () => refused.push(received)).resume();
      return socket;
    }),
  );
  await eventually(() => refused.length >= 280, 60_000);
  for (const answer of refused) {
    expect(statusOf(answer)).toBe(503);
    expect(answer).toMatch(/retry-after: 1\r\n/i);
    expect(answer).toContain('/problems/too-many-bodies');
  }
  await expectHealthy();
  for (const socket of sockets) {
    socket.destroy();
  }
  await eventually(async () => (await inProgress()) === 1);
  const counted = await server.metrics();
  const countOf = (status: number): number =>
    sum(counted, 'http_requests_total', `route="/predict",status="${status}"`);
  const answered = refused.filter((answer) => answer !== '').length;
  expect([countOf(503), countOf(499), countOf(200)]).toEqual([answered, 300 - answered, 1]);
});

const chunk = Buffer.alloc(64 * 1024, 'a');
const chunked = (size: number): Buffer =>
  Buffer.from(`${size.toString(16)}\r\n${'a'.repeat(size)}\r\n`.repeat(Math.ceil(65_536 / size)));

test.each([
  ['of 2 GiB', `${POST}content-length: ${2 ** 31}\r\n\r\n`, chunk, 413],
  ['in chunks without end', `${POST}transfer-encoding: chunked\r\n\r\n`, chunked(4_096), 413],
  ['in chunks of one byte', `${POST}transfer-encoding: chunked\r\n\r\n`, chunked(1), 400],
  [
    'that nobody reads',
    `POST /nothing HTTP/1.1\r\nhost: x\r\ncontent-length: ${2 ** 31}\r\n\r\n`,
    chunk,
    404,
  ],
])('bodies %s', async (_, head, bytes, status) => {
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => sendEndlessly(server.url, head, bytes)),
  );
  expect(answers.map(statusOf)).toEqual(answers.map(() => status));
  await expectHealthy();
});

test('bodies that become large when they are decompressed', async () => {
  const bomb = gzipSync(Buffer.alloc(256 * 1024 ** 2, 'a'));
  const answers = await Promise.all(
    Array.from({ length: 50 }, () =>
      fetch(`${server.url}/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
        body: bomb,
      }),
    ),
  );
  for (const { status } of answers) {
    expect([413, 503]).toContain(status);
  }
  await expectHealthy();
});

test('a file that has changed on the disk is not sent', async () => {
  await server.stop();
  const { store, folder } = copyOfPinned();
  server = await startServer({ MODEL_STORE: store });
  const model = join(folder, 'model.onnx');
  const size = (await (await fetch(`${server.url}/model/files/model.onnx`)).arrayBuffer())
    .byteLength;
  writeFileSync(model, Buffer.alloc(size, 'x'));
  const changed = await fetch(`${server.url}/model/files/model.onnx`);
  expect(changed.status).toBe(500);
  expect(await changed.text()).not.toContain('xxxx');
  writeFileSync(join(folder, 'config.json'), '{}');
  expect((await fetch(`${server.url}/model/files/config.json`)).status).toBe(500);
  const { code, message } = await server.eventually(({ event }) => event === 'error');
  expect(code).toBe('not-proven');
  expect(message).toContain('model.onnx, from byte 0');
});
