/** The HTTP server on a free port, in the test's own process, with an application of the test's. */
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import express, { type RequestHandler } from 'express';
import { requestContext } from '../../src/http/middleware/request-context.ts';
import { answerProblems } from '../../src/http/problems.ts';
import { createHttpServer, type HttpServer, type ServerOptions } from '../../src/http/server.ts';
import { createHandlingPacer } from '../../src/network/pacer.ts';
import { observerWith } from './observer.ts';

export interface TestHttpServer extends HttpServer {
  readonly url: string;
  /** Reasons of connections that were closed before their time. */
  readonly closed: readonly string[];
  /** `status method route` of each request that has ended. */
  readonly ended: readonly string[];
  inProgress(): number;
  /** Waits until the server has as many connections. */
  untilOpen(count: number): Promise<void>;
  stop(): void;
}

export async function startHttpServer(
  handler: RequestHandler,
  options: Partial<Omit<ServerOptions, 'observer'>> = {},
): Promise<TestHttpServer> {
  const closed: string[] = [];
  const ended: string[] = [];
  let inProgress = 0;
  const observer = observerWith({
    onConnectionClosed: (reason) => closed.push(reason),
    onRequestStart: () => {
      inProgress++;
    },
    onRequestEnd: ({ series: { status, method, route } }) => {
      inProgress--;
      ended.push(`${status} ${method} ${route}`);
    },
  });
  const app = express();
  app.use(
    requestContext(() => undefined, observer),
    handler,
  );
  app.use(answerProblems(() => undefined));
  const http = createHttpServer(app, {
    handling: createHandlingPacer(),
    maxConnections: 1_000,
    maxConnectionsPerAddress: 1_000,
    requestTimeoutMs: 5_000,
    keepAliveTimeoutMs: 5_000,
    commit: () => 'c0ffee',
    ...options,
    observer,
  });
  http.server.listen(0, '127.0.0.1');
  await once(http.server, 'listening');
  const open = (): Promise<number> =>
    new Promise((resolve) => http.server.getConnections((_error, count) => resolve(count)));
  return {
    ...http,
    url: `http://127.0.0.1:${(http.server.address() as AddressInfo).port}`,
    closed,
    ended,
    inProgress: () => inProgress,
    untilOpen: async (count) => {
      while ((await open()) !== count) {
        await nextTurn();
      }
    },
    stop: () => {
      http.server.close();
      http.server.closeAllConnections();
    },
  };
}

/** A connection whose errors are ignored: the server may reset it. @param localAddress of the client. */
export async function connectTo(
  { url }: Pick<TestHttpServer, 'url'>,
  localAddress?: string,
): Promise<Socket> {
  const { hostname: host, port } = new URL(url);
  const socket = connect({ host, port: Number(port), ...(localAddress ? { localAddress } : {}) });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Resolves when the connection is closed, also by a reset. What arrives is dropped. */
export function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) {
      resolve();
    }
    socket.resume().once('close', () => resolve());
  });
}

/** All that arrives until the connection is closed, also by a reset. */
export function receiveAll(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    socket.setEncoding('latin1').on('data', (text) => {
      received += text;
    });
    socket.once('close', () => resolve(received));
  });
}

/** Waits for a condition, from one turn of the event loop to the next. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await nextTurn();
  }
}
