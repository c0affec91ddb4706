/**
 * The connections of the HTTP server: how many there may be, which one goes for a new one, and that the
 * requests of each are answered in their order.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createPacer, type HandlingPacer } from '../../network/pacer.ts';
import { reset } from '../../network/secure-server.ts';
import { clientNetwork } from '../../serving/client-address.ts';
import type { ConnectionCloseReason } from '../../serving/observer.ts';
import { createConnection, type Exchange, isAnswering, type OpenConnection } from './connection.ts';
import { probeUntilAnswered } from './half-closed.ts';
import type { GatePacers } from './request-gate.ts';
import { checkAnswers, isStalled } from './unread-answers.ts';

/** Large reads in a turn of the event loop, of all connections. */
const READS_PER_SLICE = 16;
/** Of an answered request: a longer rest is not read, and ends the connection. */
const MAX_REST_BYTES = 64 * 1024;

export interface ConnectionsOptions {
  readonly maxConnections: number;
  /** From one address, or /64 subnet of IPv6; of the connection itself, whatever a proxy reports. */
  readonly maxConnectionsPerAddress: number;
  /** In seconds; undefined: a connection is used as long as its client does. */
  readonly maxConnectionAge?: number | undefined;
  /** The turns in which requests are handled. */
  readonly handling: HandlingPacer;
  /** Answers a request. */
  readonly handle: (req: IncomingMessage, res: ServerResponse) => void;
  /** True for requests that are answered before others, such as probes. */
  readonly isUrgent: (req: IncomingMessage) => boolean;
  /** Called for each request whose client had gone before it was handled. */
  readonly onAbandoned: (req: IncomingMessage) => void;
  /** Called for each connection that is closed before its time. */
  readonly onClose: (reason: ConnectionCloseReason) => void;
}

export interface Connections {
  onConnection(socket: Socket): void;
  /** Answers the request when those before it on the same connection have been answered. */
  onRequest(req: IncomingMessage, res: ServerResponse): void;
  of(socket: object): OpenConnection | undefined;
  /** Number of connections. */
  count(): number;
  /** From now on, each connection ends with its answer. */
  closeAfterAnswers(): void;
  /** Closes every connection without a complete request, except those that were active just now. */
  closeUnused(graceMs: number): void;
  /** Closes connections whose clients do not read their answers; to be called every `CHECK_INTERVAL_MS`. */
  closeUnread(): void;
  /** Number of connections whose complete request has no complete answer. */
  unanswered(): number;
}

interface State extends ConnectionsOptions {
  /** In the order of their last activity: the first one has been idle for the longest time. */
  readonly open: Map<object, OpenConnection>;
  readonly pacers: GatePacers;
  isClosing: boolean;
}

export function createConnections(options: ConnectionsOptions): Connections {
  const open = new Map<object, OpenConnection>();
  const passing = createPacer();
  const reading = createPacer({ maxTasks: READS_PER_SLICE });
  const state: State = { ...options, open, pacers: { passing, reading }, isClosing: false };
  return {
    onConnection: (socket) => {
      options.handling.onAccept();
      // Node's own listener goes with a CONNECT request, and an error without a listener ends the process.
      socket.on('error', () => socket.destroy());
      if (makeRoom(state, socket)) {
        admit(state, socket);
      } else {
        socket.destroy();
      }
    },
    onRequest: (req, res) => enqueue(state, { req, res, isHandled: false, progress: undefined }),
    of: (socket) => open.get(socket),
    count: () => open.size,
    closeAfterAnswers: () => {
      state.isClosing = true;
      for (const { exchanges } of open.values()) {
        if (exchanges[0]?.res.headersSent === false) {
          exchanges[0].res.shouldKeepAlive = false;
        }
      }
    },
    closeUnused: (graceMs) => {
      const latest = performance.now() - graceMs;
      for (const connection of [...open.values()]) {
        if (!isAnswering(connection) && !connection.isEnding && connection.activeAt <= latest) {
          connection.socket.destroy();
        }
      }
    },
    closeUnread: () => {
      for (const { socket } of checkAnswers(open.values(), { isClosing: state.isClosing })) {
        options.onClose('unread');
        // The system would keep what it has not sent.
        reset(socket);
      }
    },
    unanswered: () => [...open.values()].filter(isAnswering).length,
  };
}

/** @returns false where there is no room for one more connection from that address, or at all. */
function makeRoom(state: State, socket: Socket): boolean {
  const { open, maxConnections, maxConnectionsPerAddress, onClose } = state;
  const network = clientNetwork(socket.remoteAddress ?? '');
  const own =
    open.size >= maxConnectionsPerAddress
      ? [...open.values()].filter(({ address }) => address === network)
      : [];
  const isOwnLimit = own.length >= maxConnectionsPerAddress;
  if (!isOwnLimit && open.size < maxConnections) {
    return true;
  }
  const candidates = isOwnLimit ? own : [...open.values()];
  const victim =
    candidates.find((connection) => !isAnswering(connection)) ?? candidates.find(isStalled);
  onClose(victim ? 'evicted' : 'refused');
  if (victim) {
    open.delete(victim.socket);
    if (isAnswering(victim)) {
      reset(victim.socket);
    } else {
      victim.socket.destroy();
    }
  }
  return victim !== undefined;
}

function admit(state: State, socket: Socket): void {
  const maxAgeMs = (state.maxConnectionAge ?? Number.POSITIVE_INFINITY) * 1000;
  const connection = createConnection(socket, state.pacers, maxAgeMs);
  state.open.set(socket, connection);
  socket.once('end', () => {
    connection.isHalfClosed = true;
    const [exchange] = connection.exchanges;
    if (exchange) {
      probeUntilAnswered(exchange.res);
    }
  });
  socket.once('close', () => {
    state.open.delete(socket);
    for (const { req, isHandled } of connection.exchanges) {
      if (!isHandled) {
        state.onAbandoned(req);
      }
    }
  });
}

function enqueue(state: State, exchange: Exchange): void {
  const connection = state.open.get(exchange.req.socket);
  if (!connection || connection.isEnding || connection.socket.destroyed) {
    return;
  }
  connection.gate.onRequest(exchange.req);
  if (connection.exchanges.push(exchange) === 1) {
    answer(state, connection, exchange);
  }
}

function answer(state: State, connection: OpenConnection, exchange: Exchange): void {
  const { req, res } = exchange;
  const { socket } = connection;
  connection.activeAt = performance.now();
  state.open.delete(socket);
  state.open.set(socket, connection);
  if (state.isClosing || connection.activeAt >= connection.endsAt) {
    res.shouldKeepAlive = false;
  }
  if (connection.isHalfClosed) {
    probeUntilAnswered(res);
  }
  res.once('close', () => onAnswered(state, connection));
  const handle = (): void => {
    if (!socket.destroyed && !exchange.isHandled) {
      exchange.isHandled = true;
      state.handle(req, res);
    }
  };
  if (state.isUrgent(req)) {
    handle();
  } else {
    state.handling.run(handle);
  }
}

function onAnswered(state: State, connection: OpenConnection): void {
  const { socket, exchanges, gate } = connection;
  const answered = exchanges.shift();
  connection.activeAt = performance.now();
  if (socket.destroyed || connection.isEnding) {
    return;
  }
  if (answered && hasLargeRest(answered.req)) {
    socket.destroySoon();
    return;
  }
  const [next] = exchanges;
  if (next) {
    answer(state, connection, next);
  }
  gate.onAnswered();
}

/** True where an answered request has more to come than is worth reading for the next one. */
export function hasLargeRest({ complete, headers }: IncomingMessage): boolean {
  // Node reports a request before it is complete, also one that has no body.
  const bytes =
    headers['transfer-encoding'] === undefined
      ? Number(headers['content-length'] ?? 0)
      : Number.POSITIVE_INFINITY;
  return !complete && bytes > MAX_REST_BYTES;
}
