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

export function createConnections(options: ConnectionsOptions): Connections {
  const { maxConnections, handle, onClose } = options;
  // In the order of their last activity: the first one has been idle for the longest time.
  const connections = new Map<object, Connection>();
  let isClosing = false;

  const touch = (connection: Connection): void => {
    connections.delete(connection.socket);
    connections.set(connection.socket, connection);
  };
  const start = (connection: Connection, exchange: Exchange): void => {
    const { req, res } = exchange;
    connection.current = exchange;
    touch(connection);
    if (isClosing) {
      res.shouldKeepAlive = false;
    }
    res.once('close', () => {
      connection.current = undefined;
      const next = connection.waiting.shift();
      if (next && !connection.socket.destroyed) {
        start(connection, next);
      }
    });
    handle(req, res);
  };

  return {
    onConnection: (socket) => {
      if (connections.size >= maxConnections) {
        const oldest = firstUnused(connections.values());
        onClose(oldest ? 'evicted' : 'refused');
        if (!oldest) {
          socket.destroy();
          return;
        }
        connections.delete(oldest.socket);
        oldest.socket.destroy();
      }
      connections.set(socket, { socket, current: undefined, waiting: [] });
      socket.once('end', () => probeHalfClosed(connections.get(socket)));
      socket.once('close', () => connections.delete(socket));
    },
    onRequest: (req, res) => {
      const connection = connections.get(req.socket);
      if (!connection) {
        return;
      }
      if (!connection.current) {
        start(connection, { req, res });
      } else if (connection.waiting.length < MAX_PIPELINED) {
        connection.waiting.push({ req, res });
      } else if (!connection.socket.destroyed) {
        onClose('pipelined');
        connection.waiting.length = 0;
        connection.socket.destroy();
      }
    },
    currentOf: (socket) => connections.get(socket)?.current,
    closeAfterAnswers: () => {
      isClosing = true;
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
