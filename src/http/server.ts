/** The HTTP server under the application: its time limits and its connections. */
import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Express } from 'express';
import type { Certificate } from '../network/certificate.ts';
import type { HandlingPacer } from '../network/pacer.ts';
import {
  HANDSHAKE_TIMEOUT_MS,
  type SecureServer,
  secure as secureServer,
} from '../network/secure-server.ts';
import type { Observer } from '../serving/observer.ts';
import { answerClientErrors } from './client-errors.ts';
import { type Connections, createConnections } from './connections/connections.ts';
import { CHECK_INTERVAL_MS } from './connections/unread-answers.ts';
import {
  CLIENT_CLOSED_REQUEST,
  labelOf,
  NO_ROUTE,
  requestIdOf,
} from './middleware/request-context.ts';
import { traceOf } from './middleware/request-trace.ts';
import { isProbe } from './monitoring-paths.ts';

/** Against clients that send slowly: headers, whole request. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const TIMEOUT_CHECK_MS = 1_000;
/** Against clients that do not read their answer: no byte has left for so long. */
const UNREAD_TIMEOUT_MS = 30_000;

export interface ServerOptions {
  /** That of the application, too. */
  readonly handling: HandlingPacer;
  readonly maxConnections: number;
  /** From one address. */
  readonly maxConnectionsPerAddress: number;
  /** How long an answer may take to compute. */
  readonly requestTimeoutMs: number;
  /** How long a connection without a request stays open. */
  readonly keepAliveTimeoutMs: number;
  /** In seconds; undefined: none. */
  readonly maxConnectionAge?: number | undefined;
  /** Undefined: connections are not encrypted. */
  readonly certificate?: Certificate | undefined;
  /** Of the model that serves. */
  readonly commit: () => string | undefined;
  readonly observer: Pick<
    Observer,
    'onConnectionClosed' | 'startTrace' | 'onRequestStart' | 'onRequestEnd'
  >;
}

export interface HttpServer {
  readonly server: Server;
  readonly connections: Connections;
  /** Undefined without a certificate. */
  readonly secure: SecureServer | undefined;
}

export function createHttpServer(app: Express, options: ServerOptions): HttpServer {
  const { requestTimeoutMs, keepAliveTimeoutMs, observer, commit } = options;
  const connections = createConnections({
    ...options,
    handle: app,
    isUrgent: isProbe,
    onAbandoned: (req) => {
      const method = labelOf(req.method ?? '');
      observer.onRequestStart();
      observer.onRequestEnd({
        series: { method, route: NO_ROUTE, status: CLIENT_CLOSED_REQUEST },
        durationSeconds: 0,
        requestId: requestIdOf(req),
        trace: traceOf(req, observer, performance.now()),
      });
    },
    onClose: observer.onConnectionClosed,
  });
  const { server, secure } = createServerFor(app, connections, options);
  server.keepAliveTimeout = keepAliveTimeoutMs;
  server.timeout = requestTimeoutMs + UNREAD_TIMEOUT_MS;
  // A client may close its side after its request and still wait for the answer.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on('request', connections.onRequest);
  // `readJson` continues; every other expectation is refused by the application.
  server.on('checkContinue', connections.onRequest);
  server.on('checkExpectation', connections.onRequest);
  answerClientErrors(server, {
    connections,
    headersTimeoutMs: HEADERS_TIMEOUT_MS,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    commit,
    observer,
  });
  const check = setInterval(connections.closeUnread, CHECK_INTERVAL_MS).unref();
  server.once('close', () => clearInterval(check));
  return { server, connections, secure };
}

function createServerFor(
  app: Express,
  connections: Connections,
  { certificate, maxConnections }: ServerOptions,
): Pick<HttpServer, 'server' | 'secure'> {
  const httpOptions = {
    ...messagesOf(app),
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    // Answered as a problem, as everything else is.
    requireHostHeader: false,
  };
  if (!certificate) {
    const server = createServer(httpOptions);
    server.on('connection', connections.onConnection);
    return { server, secure: undefined };
  }
  const server = createSecureServer({
    ...httpOptions,
    ...certificate.secureContext,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
  });
  server.on('secureConnection', connections.onConnection);
  return { server, secure: secureServer(server, maxConnections, connections.count) };
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
