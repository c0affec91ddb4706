/** The limits of the HTTP server, on real connections. */
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import express, { type RequestHandler } from 'express';
import { afterEach, expect, test } from 'vitest';
import { createHttpServer, type HttpServer } from '../../../src/http/server.ts';
import { observerWith } from '../../support/observer.ts';
import { openConnection } from '../../support/raw-http.ts';

let http: HttpServer;
let url: string;
const closed: string[] = [];

async function start(handler: RequestHandler, maxConnections = 100): Promise<void> {
  closed.length = 0;
  const app = express();
  app.use(handler);
  http = createHttpServer(app, {
    maxConnections,
    maxConnectionsPerAddress: maxConnections,
    commit: () => undefined,
    requestTimeoutMs: 5_000,
    observer: observerWith({ onConnectionClosed: (reason) => closed.push(reason) }),
  });
  http.server.listen(0, '127.0.0.1');
  await once(http.server, 'listening');
  url = `http://127.0.0.1:${(http.server.address() as AddressInfo).port}`;
}
afterEach(() => {
  http.server.close();
  http.server.closeAllConnections();
});

const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';

async function connected(): Promise<Socket> {
  const socket = openConnection(url);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Also where the server resets the connection. */
function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.resume().once('close', () => resolve()));
}

/** Until the server has as many connections. */
async function untilOpen(count: number): Promise<void> {
  const open = (): Promise<number> =>
    new Promise((resolve) => http.server.getConnections((_error, found) => resolve(found)));
  while ((await open()) !== count) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a new client is answered although as many as may be are connected: the oldest unused one goes', async () => {
  await start((_req, res) => void res.send('answer'), 3);
  const silent = await connected();
  await untilOpen(1);
  const halfHeader = await connected();
  halfHeader.write('GET / HTTP/1.1\r\nho');
  const idle = await connected();
  await untilOpen(3);
  const gone = closeOf(silent);
  const answer = await fetch(url, { headers: { connection: 'close' } });
  expect(await answer.text()).toBe('answer');
  await gone;
  expect([halfHeader.destroyed, idle.destroyed]).toEqual([false, false]);
  expect(closed).toEqual(['evicted']);
});

test('a connection whose request is being answered is not closed for a new one', async () => {
  let answerAll = (): void => undefined;
  const waiting = new Promise<void>((resolve) => {
    answerAll = resolve;
  });
  let started = 0;
  await start(async (_req, res) => {
    started++;
    await waiting;
    res.set('connection', 'close').send('answer');
  }, 2);
  const busy = [await connected(), await connected()];
  const answers = busy.map((socket) => text(socket));
  for (const socket of busy) {
    socket.write(GET);
  }
  while (started < 2) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const refused = await connected();
  await closeOf(refused);
  answerAll();
  for (const answer of answers) {
    expect(await answer).toMatch(/^HTTP\/1.1 200 OK/);
  }
  expect(closed).toEqual(['refused']);
});

test('requests of one connection are answered one after the other, in their order', async () => {
  let running = 0;
  let most = 0;
  await start(async (req, res) => {
    running++;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    res.send(req.url);
  });
  const socket = await connected();
  const paths = Array.from({ length: 10 }, (_, i) => `/${i}`);
  socket.write(paths.map((path) => GET.replace('/', path)).join(''));
  socket.end();
  const bodies = (await text(socket)).match(/(?<=\r\n\r\n)\/\d/g);
  expect([bodies, most]).toEqual([paths, 1]);
});

test('a client that closes its side after a whole request receives its answer', async () => {
  await start((_req, res) => void setImmediate(() => res.send('answer')));
  const socket = await connected();
  socket.end(GET.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'));
  expect(await text(socket)).toMatch(/^HTTP\/1.1 200 OK[\s\S]*answer$/);
});

test('a client that has gone is noticed, although it only closed its side', async () => {
  const gone = new Promise<void>((resolve) => {
    void start((_req, res) => void res.once('close', resolve));
  });
  while (!http?.server.listening) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const socket = await connected();
  socket.write(GET);
  await once(http.server, 'request');
  socket.destroy();
  await gone;
});

test('what has not arrived completely is not waited for', async () => {
  await start((_req, res) => void res.send('answer'));
  const silent = await connected();
  const halfHeader = await connected();
  halfHeader.write('GET / HT');
  const halfBody = await connected();
  halfBody.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf');
  await untilOpen(3);
  const gone = [silent, halfHeader, halfBody].map((socket) => closeOf(socket));
  http.connections.closeUnused(0);
  await Promise.all(gone);
  expect(http.connections.unanswered()).toBe(0);
});

test.each([
  ['a length', 'content-length: 2147483648\r\n\r\n'],
  ['chunks', 'transfer-encoding: chunked\r\n\r\n'],
])('the rest of a body with %s that nobody reads is not received', async (_, head) => {
  await start((_req, res) => void res.send('answer'));
  const socket = await connected();
  const received = text(socket);
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\n${head}`);
  const chunk = head.startsWith('t') ? `10000\r\n${'x'.repeat(0x10000)}\r\n` : 'x'.repeat(0x10000);
  const sending = setInterval(() => socket.write(chunk), 1);
  await closeOf(socket);
  clearInterval(sending);
  expect(await received.catch(() => 'reset after the answer')).toMatch(/answer/);
  // What the system had buffered before the connection was closed.
  expect(socket.bytesWritten).toBeLessThan(64 * 1024 ** 2);
});
