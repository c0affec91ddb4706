/**
 * The connections of the HTTP server: how many there may be, in which order the requests of one are
 * answered, and how each ends.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionCloseReason } from '../serving/observer.ts';

/** Requests that wait for the answer to an earlier one on their connection. More end the connection. */
const MAX_PIPELINED = 16;
/** How long a closing connection may go on to send what nobody reads, so that it receives its answer. */
const LINGER_MS = 1_000;
const LINGER_BYTES = 1024 ** 2;
const LINGER_CHECK_MS = 50;
/** Of a request that has been answered: a longer rest is not read, and ends the connection. */
const MAX_REST_BYTES = 64 * 1024;
const HALF_CLOSED_PROBE_MS = 250;

export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

export interface ConnectionsOptions {
  readonly maxConnections: number;
  /** Answers a request. */
  readonly handle: (req: IncomingMessage, res: ServerResponse) => void;
  /** Called for each connection that is closed because there are too many, or too many requests on it. */
  readonly onClose: (reason: ConnectionCloseReason) => void;
}

export interface Connections {
  onConnection(socket: Socket): void;
  /** Answers the request when those before it on the same connection have been answered. */
  onRequest(req: IncomingMessage, res: ServerResponse): void;
  /** What is being answered on a connection. */
  currentOf(socket: object): Exchange | undefined;
  /** From now on, each connection ends with its answer. */
  closeAfterAnswers(): void;
  /** Closes every connection without a complete request. */
  closeUnused(): void;
  /** Number of connections whose complete request has no complete answer. */
  unanswered(): number;
}

interface Connection {
  readonly socket: Socket;
  current: Exchange | undefined;
  readonly waiting: Exchange[];
}

interface State extends ConnectionsOptions {
  /** In the order of their last activity: the first one has been idle for the longest time. */
  readonly connections: Map<object, Connection>;
  isClosing: boolean;
}

export function createConnections(options: ConnectionsOptions): Connections {
  const connections = new Map<object, Connection>();
  const state: State = { ...options, connections, isClosing: false };
  return {
    onConnection: (socket) => admit(state, socket),
    onRequest: (req, res) => enqueue(state, { req, res }),
    currentOf: (socket) => connections.get(socket)?.current,
    closeAfterAnswers: () => {
      state.isClosing = true;
      for (const { current } of connections.values()) {
        if (current && !current.res.headersSent) {
          current.res.shouldKeepAlive = false;
        }
      }
    },
    closeUnused: () => {
      for (const connection of [...connections.values()]) {
        if (!isAnswering(connection)) {
          connection.socket.destroy();
        }
      }
    },
    unanswered: () => [...connections.values()].filter(isAnswering).length,
  };
}

/** Where there are too many, the new connection takes the place of one without a complete request. */
function admit({ connections, maxConnections, onClose }: State, socket: Socket): void {
  if (connections.size >= maxConnections) {
    const unused = firstUnused(connections.values());
    onClose(unused ? 'evicted' : 'refused');
    if (!unused) {
      socket.destroy();
      return;
    }
    connections.delete(unused.socket);
    unused.socket.destroy();
  }
  connections.set(socket, { socket, current: undefined, waiting: [] });
  socket.once('end', () => probeHalfClosed(connections.get(socket)));
  socket.once('close', () => connections.delete(socket));
}

function enqueue(state: State, exchange: Exchange): void {
  const connection = state.connections.get(exchange.req.socket);
  if (!connection) {
    return;
  }
  if (!connection.current) {
    answer(state, connection, exchange);
  } else if (connection.waiting.length < MAX_PIPELINED) {
    connection.waiting.push(exchange);
  } else if (!connection.socket.destroyed) {
    state.onClose('pipelined');
    connection.waiting.length = 0;
    connection.socket.destroy();
  }
}

function answer(state: State, connection: Connection, exchange: Exchange): void {
  const { req, res } = exchange;
  const { socket } = connection;
  connection.current = exchange;
  state.connections.delete(socket);
  state.connections.set(socket, connection);
  if (state.isClosing) {
    res.shouldKeepAlive = false;
  }
  res.once('close', () => {
    connection.current = undefined;
    if (hasLargeRest(req) && !socket.destroyed) {
      endAfterAnswer(socket);
      socket.destroySoon();
      connection.waiting.length = 0;
      return;
    }
    if (!res.shouldKeepAlive) {
      // The connection ends with this answer; it may stay open for a moment for the client to read it.
      connection.waiting.length = 0;
      return;
    }
    const next = connection.waiting.shift();
    if (next && !socket.destroyed) {
      answer(state, connection, next);
    }
  });
  state.handle(req, res);
}

/**
 * A client that has closed its side may wait for its answer, or be gone: only a write that is refused
 * distinguishes them. An interim response (RFC 9110, 15.2) is such a write, sent where the answer takes
 * longer than clients that half-close usually wait without one. The first write only provokes the refusal;
 * the next one receives it.
 */
function probeHalfClosed(connection: Connection | undefined): void {
  const exchange = connection?.current;
  if (!connection || !exchange) {
    return;
  }
  const { req, res } = exchange;
  const timer = setInterval(() => {
    if (connection.current === exchange && !res.headersSent) {
      if (req.httpVersion === '1.1') {
        res.writeProcessing();
      } else {
        connection.socket.destroy();
      }
    }
  }, HALF_CLOSED_PROBE_MS);
  res.once('close', () => clearInterval(timer));
}

/** The connection that has had no complete request for the longest time. */
function firstUnused(connections: Iterable<Connection>): Connection | undefined {
  for (const connection of connections) {
    if (!isAnswering(connection)) {
      return connection;
    }
  }
  return undefined;
}

/** True where a whole request has arrived that has no whole answer. */
function isAnswering({ current }: Connection): boolean {
  return current?.req.complete === true;
}

/** True where an answered request has more to come than is worth reading for the next one. */
export function hasLargeRest({ complete, headers }: IncomingMessage): boolean {
  return (
    !complete && Number(headers['content-length'] ?? Number.POSITIVE_INFINITY) > MAX_REST_BYTES
  );
}

/**
 * Ends a connection whose client may still be sending: closed at once, it would be reset, and the client
 * would lose the answer.
 */
export function endAfterAnswer(socket: Socket): void {
  const before = socket.bytesRead;
  const end = Date.now() + LINGER_MS;
  socket.destroySoon = () => {
    socket.end();
    const check = setInterval(() => {
      if (socket.destroyed || Date.now() > end || socket.bytesRead - before > LINGER_BYTES) {
        clearInterval(check);
        socket.destroy();
      }
    }, LINGER_CHECK_MS);
  };
}
