/** The HTTP server under the application: its time limits, and its answers to malformed HTTP. */
import { randomUUID } from 'node:crypto';
import {
  createServer,
  IncomingMessage,
  type Server,
  ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Express, Response } from 'express';
import type { ProblemCode } from '../api/problem.ts';
import type { Observer } from '../serving/observer.ts';
import { type Connections, createConnections, endAfterAnswer } from './connections.ts';
import { NO_ROUTE, OTHER_METHOD } from './middleware/request-context.ts';
import { problemJson, sendProblem, statusOf } from './problems.ts';

/** Against clients that send slowly: headers, whole request. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const CHECK_INTERVAL_MS = 1_000;
/** Longer than the idle timeout of common load balancers (60 s), so that they close first. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;
/** Against clients that do not read their answer: no byte has left for so long. */
const UNREAD_TIMEOUT_MS = 30_000;

export interface ServerOptions {
  readonly maxConnections: number;
  /** How long an answer may take to compute. */
  readonly requestTimeoutMs: number;
  readonly observer: Pick<Observer, 'onConnectionClosed' | 'onRequestStart' | 'onRequestEnd'>;
}

export interface HttpServer {
  readonly server: Server;
  readonly connections: Connections;
}

export function createHttpServer(app: Express, options: ServerOptions): HttpServer {
  const { maxConnections, requestTimeoutMs, observer } = options;
  const connections = createConnections({
    maxConnections,
    handle: app,
    onClose: observer.onConnectionClosed,
  });
  const server = createServer({
    ...messagesOf(app),
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    // Answered as a problem, as everything else is.
    requireHostHeader: false,
  });
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
  server.timeout = requestTimeoutMs + UNREAD_TIMEOUT_MS;
  // A client may close its side after its request and still wait for the answer.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on('connection', connections.onConnection);
  server.on('request', connections.onRequest);
  // `readJson` continues; every other expectation is refused by the application.
  server.on('checkContinue', connections.onRequest);
  server.on('checkExpectation', connections.onRequest);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    answerClientError(error, socket as Socket, { connections, observer });
  });
  return { server, connections };
}

/**
 * Express changes the prototype of each request and response, after which V8 is slow to read and write
 * them. These classes have it from the start (docs/decisions/0011-http-on-the-main-thread.md).
 */
function messagesOf(app: Express) {
  class Request extends IncomingMessage {}
  class Response extends ServerResponse {}
  Object.setPrototypeOf(Request.prototype, app.request);
  Object.setPrototypeOf(Response.prototype, app.response);
  Object.assign(app, { request: Request.prototype, response: Response.prototype });
  return { IncomingMessage: Request, ServerResponse: Response };
}

const CLIENT_ERRORS: Readonly<Record<string, readonly [code: ProblemCode, detail: string]>> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'The headers have more than 16 KiB'],
  ERR_HTTP_REQUEST_TIMEOUT: [
    'request-timeout',
    `Its headers did not arrive within ${HEADERS_TIMEOUT_MS / 1000} s, ` +
      `or all of it within ${REQUEST_TIMEOUT_MS / 1000} s`,
  ],
};

/** Answers in the same form as every other problem, then ends the connection. */
function answerClientError(
  error: NodeJS.ErrnoException,
  socket: Socket,
  { connections, observer }: { connections: Connections } & Pick<ServerOptions, 'observer'>,
): void {
  const res = connections.currentOf(socket)?.res as Response | undefined;
  if (error.code === 'ECONNRESET' || !socket.writable || res?.headersSent) {
    socket.destroy();
    return;
  }
  const [code, message] = CLIENT_ERRORS[error.code ?? ''] ?? [
    'invalid-request',
    'The request is not HTTP',
  ];
  if (res) {
    // The rest of its body did not come, or is malformed.
    sendProblem(res, { code, message, headers: { connection: 'close' } });
    return;
  }
  const status = statusOf(code);
  const body = problemJson(code, message);
  observer.onRequestStart();
  observer.onRequestEnd({ method: OTHER_METHOD, route: NO_ROUTE, status }, 0);
  endAfterAnswer(socket);
  socket.write(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n` +
      'content-type: application/problem+json; charset=utf-8\r\nconnection: close\r\n' +
      `x-request-id: ${randomUUID()}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  socket.destroySoon();
}
