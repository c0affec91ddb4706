/** How connections end: each complete request has its answer, and no client ends the process. */
import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import { afterEach, describe, expect, test } from 'vitest';
import { drain } from '../../../src/http/lifecycle.ts';
import {
  closeOf,
  connectTo,
  receiveAll,
  startHttpServer,
  type TestHttpServer,
  until,
} from '../../support/http-server.ts';

const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
const CONNECT = 'CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n';
const CHUNKED = 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n';
const answer: RequestHandler = (_req, res) => void res.send('answer');

let server: TestHttpServer;
afterEach(() => server.stop());

test('clients that reset their connection behind CONNECT do not end the process', async () => {
  server = await startHttpServer(answer);
  for (let i = 0; i < 200; i++) {
    const socket = await connectTo(server);
    socket.write(CONNECT);
    if (i % 2 === 0) {
      await nextTurn();
    }
    socket.resetAndDestroy();
    await closeOf(socket);
  }
  await server.untilOpen(0);
  expect((await fetch(server.url)).status).toBe(200);
});

test('CONNECT behind other requests is refused behind their answers', async () => {
  server = await startHttpServer((req, res) => {
    req.resume().once('end', () => setImmediate(() => res.send('answer')));
  });
  const socket = await connectTo(server);
  const received = receiveAll(socket);
  // The end of a body in chunks and what follows it go to the parser as one piece.
  const size = 0x590;
  socket.end(`${CHUNKED}${size.toString(16)}\r\n${'a'.repeat(size)}\r\n0\r\n\r\n${CONNECT}`);
  expect((await received).match(/HTTP\/1.1 \d{3}/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
  expect(server.ended.toSorted()).toEqual(['200 OTHER none', '400 OTHER none']);
});

test('the client of a connection that the server ends receives its answer while it sends on', async () => {
  server = await startHttpServer((_req, res) => void res.set('connection', 'close').send('answer'));
  const socket = await connectTo(server);
  socket.pause();
  socket.write(GET);
  await until(() => server.ended.length === 1);
  for (let i = 0; i < 20; i++) {
    socket.write(GET);
    await nextTurn();
  }
  const received = receiveAll(socket);
  socket.resume();
  expect(await received).toMatch(/^HTTP\/1.1 200 OK[\s\S]*answer$/);
});

describe('a server that stops', () => {
  test('answers on connections that it has not accepted yet', async () => {
    server = await startHttpServer(answer);
    const { port, hostname } = new URL(server.url);
    const received = Array.from({ length: 50 }, () => {
      const socket = connect(Number(port), hostname).on('error', () => undefined);
      socket.write(GET);
      return receiveAll(socket);
    });
    expect(await drain(server, 60_000)).toBe(0);
    for (const text of await Promise.all(received)) {
      expect(text).toMatch(/^HTTP\/1.1 200 OK[\s\S]*answer$/);
    }
  });

  test('does not wait for a client that does not read its answer', async () => {
    server = await startHttpServer((_req, res) => void res.send(Buffer.alloc(16 * 1024 ** 2)));
    const socket = await connectTo(server);
    socket.write(GET);
    socket.pause();
    await until(() => server.inProgress() === 1);
    const drained = drain(server, 60_000);
    for (let seconds = 0; seconds < 4; seconds += 0.25) {
      server.connections.closeUnread();
    }
    expect(await drained).toBe(0);
    expect(server.closed).toEqual(['unread']);
  });
});
