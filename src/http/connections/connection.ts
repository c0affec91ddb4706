/** One connection: the requests on it, and how it ends. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { reset } from '../../network/secure-server.ts';
import { clientNetwork } from '../../serving/client-address.ts';
import { createRequestGate, type GatePacers, type RequestGate } from './request-gate.ts';

/** How long a connection whose client may still send stays open, so that the client receives its answer. */
const LINGER_MS = 1_000;

/** What the checks have seen of an answer since its client did not read all of it at once. */
export interface AnswerProgress {
  /** Bytes that had left the connection at the first check. */
  readonly startBytes: number;
  waitingMs: number;
  /** Time since bytes have left; Node reports them when the write that they are part of has ended. */
  stalledMs: number;
  sentBytes: number;
  unreadBytes: number;
}

export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** The application has it, or it was refused before. */
  isHandled: boolean;
  /** Undefined while no check has found bytes that wait for the client. */
  progress: AnswerProgress | undefined;
}

export interface OpenConnection {
  readonly socket: Socket;
  /** As `clientNetwork` has it. */
  readonly address: string;
  readonly gate: RequestGate;
  /** In the order of their arrival: the first one is being answered. */
  readonly exchanges: Exchange[];
  /** The client has closed its side. */
  isHalfClosed: boolean;
  /** It has its last answer: what still arrives is dropped. */
  isEnding: boolean;
  /** When it ends with its next answer, by `performance.now()`. */
  readonly endsAt: number;
  /** When it was opened, its last request began or its last answer ended, by `performance.now()`. */
  activeAt: number;
}

/** @param maxAgeMs see MAX_CONNECTION_AGE; infinite for none. */
export function createConnection(
  socket: Socket,
  pacers: GatePacers,
  maxAgeMs: number,
): OpenConnection {
  const connection: OpenConnection = {
    socket,
    address: clientNetwork(socket.remoteAddress ?? ''),
    gate: createRequestGate(socket, pacers),
    exchanges: [],
    isHalfClosed: false,
    isEnding: false,
    // Connections that were opened together, as after a rollout, do not end together.
    endsAt: performance.now() + maxAgeMs * (0.9 + 0.2 * Math.random()),
    activeAt: performance.now(),
  };
  const destroySoon = socket.destroySoon;
  // Node calls it behind an answer with `Connection: close`.
  socket.destroySoon = () => {
    if (connection.gate.hasRest() || maySendMore(connection)) {
      endSlowly(connection);
    } else {
      connection.isEnding = true;
      connection.gate.drop();
      destroySoon.call(socket);
    }
  };
  return connection;
}

/** True where the client has not said that its request is the last one: it may be sending the next. */
function maySendMore({ exchanges: [first], isHalfClosed }: OpenConnection): boolean {
  const { headers, httpVersion } = first?.req ?? {};
  const isLast = httpVersion === '1.0' || /\bclose\b/i.test(headers?.connection ?? '');
  return !isHalfClosed && !isLast;
}

/** True where a whole request has arrived that has no whole answer. */
export function isAnswering({ exchanges: [first] }: OpenConnection): boolean {
  return first?.req.complete === true;
}

/**
 * Ends a connection whose client may still be sending. Closed at once, it would be reset, and the client
 * would lose its answer.
 */
export function endSlowly(connection: OpenConnection): void {
  const { socket, gate } = connection;
  connection.isEnding = true;
  gate.drop();
  socket.end();
  // Without the reset, the system would keep the connection for a minute where the client does not close it.
  const timer = setTimeout(() => reset(socket), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}
