/** How connections end when the server stops. */
import { once } from 'node:events';
import type { RequestHandler } from 'express';
import { afterEach, describe, expect, test } from 'vitest';
import { drain } from '../../src/http/lifecycle.ts';
import {
  closeOf,
  connectTo,
  receiveAll,
  startHttpServer,
  type TestHttpServer,
  until,
} from '../support/http-server.ts';

let server: TestHttpServer;
afterEach(() => server.stop());

const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
const answer: RequestHandler = (_req, res) => void res.send('answer');

describe('a server that stops', () => {
  test('closes what has not arrived completely', async () => {
    server = await startHttpServer(answer);
    const silent = await connectTo(server);
    const halfHeader = await connectTo(server);
    halfHeader.write('GET / HT');
    const halfBody = await connectTo(server);
    halfBody.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf');
    await server.untilOpen(3);
    const gone = [silent, halfHeader, halfBody].map((socket) => closeOf(socket));
    expect(await drain(server, 60_000)).toBe(0);
    await Promise.all(gone);
  });

  test('answers the request that a client sends right behind its last answer', async () => {
    server = await startHttpServer(answer);
    const socket = await connectTo(server);
    const received = receiveAll(socket);
    socket.write(GET);
    await once(socket, 'data');
    const drained = drain(server, 60_000);
    socket.write(GET);
    expect((await received).match(/HTTP\/1.1 200 OK\r\n/g)).toHaveLength(2);
    expect((await received).match(/connection: close/gi)).toHaveLength(1);
    expect(await drained).toBe(0);
  });

  test('waits for a client that reads its answer slowly', async () => {
    const bytes = 16 * 1024 ** 2;
    server = await startHttpServer((_req, res) => void res.send(Buffer.alloc(bytes)));
    const socket = await connectTo(server);
    socket.write(GET);
    socket.pause();
    await until(() => server.inProgress() === 1);
    const drained = drain(server, 60_000);
    let received = 0;
    socket.on('data', (chunk) => {
      received += chunk.byteLength;
      socket.pause();
      setTimeout(() => socket.resume(), 1);
    });
    socket.resume();
    await once(socket, 'close');
    expect(received).toBeGreaterThan(bytes);
    expect(await drained).toBe(0);
  });

  test('reports an answer that was cut as unanswered', async () => {
    server = await startHttpServer((_req, res) => void res.send(Buffer.alloc(16 * 1024 ** 2)));
    const socket = await connectTo(server);
    socket.write(GET);
    socket.pause();
    await until(() => server.inProgress() === 1);
    expect(await drain(server, 50)).toBe(1);
  });
});
