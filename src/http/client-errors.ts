/** Answers to bytes that never become a request: in the form of every other problem, then the connection ends. */
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Response } from 'express';
import type { ProblemCode } from '../api/problem.ts';
import type { Observer } from '../serving/observer.ts';
import { type Exchange, endSlowly, type OpenConnection } from './connections/connection.ts';
import type { Connections } from './connections/connections.ts';
import { NO_ROUTE, OTHER_METHOD } from './middleware/request-context.ts';
import { problemJson, sendProblem, statusOf, UnreadBodyError } from './problems.ts';

export interface ClientErrorOptions {
  readonly connections: Connections;
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** Of the model that serves. */
  readonly commit: () => string | undefined;
  readonly observer: Pick<Observer, 'onRequestStart' | 'onRequestEnd'>;
}

/** The client closed its side in the middle of a request: it is not there to be answered. */
const INCOMPLETE = 'HPE_INVALID_EOF_STATE';

export function answerClientErrors(server: Server, options: ClientErrorOptions): void {
  const { connections } = options;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const connection = connections.of(socket);
    if (connection && socket.writable && error.code !== 'ECONNRESET') {
      onClientError(connection, error.code ?? '', options);
    } else {
      socket.destroy();
    }
  });
  server.on('connect', (_req: IncomingMessage, socket: Duplex) => {
    const connection = connections.of(socket);
    if (connection) {
      behindOthers(connection, connection.exchanges.at(-1), () =>
        refuse(
          connection,
          'invalid-request',
          'This server is no proxy: it has no CONNECT',
          options,
        ),
      );
    }
  });
}

function onClientError(
  connection: OpenConnection,
  errorCode: string,
  options: ClientErrorOptions,
): void {
  const { gate, exchanges, isEnding } = connection;
  if (isEnding) {
    return;
  }
  const last = exchanges.at(-1);
  if (last?.req.complete) {
    // It is not this request that is wrong, but what follows it.
    endAfter(connection, last.res as Response);
  } else if (!last && gate.hasRest()) {
    // The rest of a request that has its answer already needs no other one.
    endSlowly(connection);
  } else {
    behindOthers(connection, exchanges.at(-2), () => onWrong(connection, last, errorCode, options));
  }
}

/** Runs when the requests up to this one have their answers; nothing else that arrives is a request. */
function behindOthers(
  connection: OpenConnection,
  before: Exchange | undefined,
  run: () => void,
): void {
  connection.gate.drop();
  if (before) {
    // Its other listeners, which take it from the connection, come first.
    before.res.once('close', () => process.nextTick(run));
  } else {
    run();
  }
}

/** @param last the incomplete request with the error; undefined where there is none yet. */
function onWrong(
  connection: OpenConnection,
  last: Exchange | undefined,
  errorCode: string,
  options: ClientErrorOptions,
): void {
  const { socket, isEnding } = connection;
  if (socket.destroyed || isEnding) {
    return;
  }
  if (last?.res.headersSent) {
    endAfter(connection, last.res as Response);
    return;
  }
  if (errorCode === INCOMPLETE) {
    socket.destroy();
    return;
  }
  const [code, message] = describe(errorCode, options);
  if (last?.isHandled) {
    sendProblem(last.res as Response, new UnreadBodyError(code, message));
    return;
  }
  if (last) {
    last.isHandled = true;
  }
  refuse(connection, code, message, options);
}

function endAfter(connection: OpenConnection, res: Response): void {
  connection.gate.drop();
  if (res.headersSent) {
    res.once('close', () => endSlowly(connection));
  } else {
    res.shouldKeepAlive = false;
  }
}

function describe(
  errorCode: string,
  { headersTimeoutMs, requestTimeoutMs }: ClientErrorOptions,
): [code: ProblemCode, detail: string] {
  switch (errorCode) {
    case 'HPE_HEADER_OVERFLOW':
      return ['headers-too-large', 'The headers have more than 16 KiB'];
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [
        'request-timeout',
        `Its headers did not arrive within ${headersTimeoutMs / 1000} s, ` +
          `or all of it within ${requestTimeoutMs / 1000} s`,
      ];
    default:
      return ['invalid-request', 'The request is not HTTP'];
  }
}

/** Answers without Express, which has no request to answer. */
function refuse(
  connection: OpenConnection,
  code: ProblemCode,
  detail: string,
  { observer, commit }: ClientErrorOptions,
): void {
  const status = statusOf(code);
  const requestId = randomUUID();
  const body = problemJson(code, detail);
  const served = commit();
  observer.onRequestStart();
  observer.onRequestEnd({
    series: { method: OTHER_METHOD, route: NO_ROUTE, status },
    durationSeconds: 0,
    requestId,
    problem: code,
  });
  writeAnswer(connection.socket, status, body, {
    'content-type': 'application/problem+json; charset=utf-8',
    connection: 'close',
    'x-request-id': requestId,
    ...(served === undefined ? {} : { 'x-model-commit': served }),
    'content-length': String(Buffer.byteLength(body)),
  });
  endSlowly(connection);
}

function writeAnswer(
  socket: Socket,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>>,
): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}
