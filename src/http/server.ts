/** The HTTP server under the application: its time limits, and its answers to malformed HTTP. */
import {
  createServer,
  IncomingMessage,
  type Server,
  ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Duplex } from 'node:stream';
import type { Express } from 'express';
import type { ProblemCode } from '../api/problem.ts';
import { problemJson, statusOf } from './problems.ts';

/** Against clients that send slowly: headers, whole request. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const CHECK_INTERVAL_MS = 1_000;
/** Longer than the idle timeout of common load balancers (60 s), so that they close first. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

export function createHttpServer(app: Express): Server {
  const server = createServer(
    {
      ...messagesOf(app),
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
    },
    app,
  );
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
  server.on('clientError', answerClientError);
  return server;
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
function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [code, detail] = CLIENT_ERRORS[error.code ?? ''] ?? [
    'invalid-request',
    'The request is not HTTP',
  ];
  const status = statusOf(code);
  const body = problemJson(code, detail);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n` +
      'content-type: application/problem+json; charset=utf-8\r\nconnection: close\r\n' +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
