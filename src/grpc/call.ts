/** One call, from its headers to the end of its stream. */
import { constants, type ServerHttp2Stream } from 'node:http2';
import { type Metadata, type ServerInterceptingCallInterface, status } from '@grpc/grpc-js';
import { PROBLEMS, type ProblemCode } from '../api/problem.ts';
import type { Client, Sender } from '../serving/clients.ts';
import type { RequestTrace } from '../serving/trace.ts';
import { httpStatusOf } from './status.ts';

/** What a handler sees of a call. */
export interface Call {
  readonly requestId: string;
  readonly trace: RequestTrace | undefined;
  /** `performance.now()` when its headers had been read. */
  readonly startedAt: number;
  /** The same for all calls of a connection. */
  readonly connection: Sender['connection'];
  /** Behind proxies that are trusted; undefined where none are. */
  readonly address: string | undefined;
  /** By `Date.now()`, from the client's `grpc-timeout`; infinite without one. */
  readonly deadline: number;
  /** Undefined where no key is required. */
  readonly client: Client | undefined;
  /** Calls `listener` when the client has gone before its deadline. @returns a function that stops listening. */
  onClientGone(listener: () => void): () => void;
}

/** What is known of it later than at its start. */
export interface OpenCall extends Omit<Call, 'requestId' | 'trace' | 'client' | 'address'> {
  readonly stream: ServerHttp2Stream;
  readonly path: string;
  requestId: string;
  trace: RequestTrace | undefined;
  client: Client | undefined;
  address: string | undefined;
  /** What it was answered with. */
  problem: ProblemCode | undefined;
  /** By `performance.now()`, when its answer was sent. */
  answeredAt: number | undefined;
  /** Called when the whole answer has left. */
  onSent: (() => void) | undefined;
}

export function createCall(stream: ServerHttp2Stream, path: string, deadline: number): OpenCall {
  return {
    requestId: '',
    trace: undefined,
    startedAt: performance.now(),
    connection: connectionOf(stream),
    ...{ stream, path, deadline },
    client: undefined,
    address: undefined,
    problem: undefined,
    answeredAt: undefined,
    onSent: undefined,
    onClientGone: (listener) => {
      // At the deadline, grpc-js ends the stream itself.
      const onClose = (): void => {
        if (Date.now() < deadline) {
          listener();
        }
      };
      stream.once('close', onClose);
      return () => stream.off('close', onClose);
    },
  };
}

/**
 * The HTTP/2 stream of a call, which grpc-js keeps to itself: only there it shows what has arrived of a message,
 * and whether the whole answer has left.
 */
export function streamOf(call: ServerInterceptingCallInterface): ServerHttp2Stream {
  return (call as unknown as { readonly stream: ServerHttp2Stream }).stream;
}

/** Of each session, the same object for all of its calls. */
const connectionsBySession = new WeakMap<object, Sender['connection']>();

function connectionOf({ session }: ServerHttp2Stream): Sender['connection'] {
  if (!session || session.destroyed) {
    return {};
  }
  const known = connectionsBySession.get(session) ?? {
    remoteAddress: session.socket.remoteAddress,
  };
  connectionsBySession.set(session, known);
  return known;
}

/** The first value of a key whose values are texts. */
export function textOf(metadata: Metadata, key: string): string | undefined {
  return metadata.get(key)[0]?.toString();
}

/** nginx's status for a client that went away before it was answered. */
const CLIENT_CLOSED_REQUEST = 499;

/** The status in the metrics and the log of a call whose stream has been closed. */
export function endStatusOf({ stream, problem, deadline }: OpenCall): number {
  const code = sentCode(stream);
  // At its own deadline a client goes, as one of HTTP that waits no longer: it may be as short as it likes.
  const isGivenUp = code === status.DEADLINE_EXCEEDED && Date.now() >= deadline;
  if (code === undefined || isGivenUp) {
    return CLIENT_CLOSED_REQUEST;
  }
  if (problem !== undefined) {
    return PROBLEMS[problem][0];
  }
  const counted = httpStatusOf(code);
  return counted === 200 && stream.rstCode !== constants.NGHTTP2_NO_ERROR
    ? CLIENT_CLOSED_REQUEST
    : counted;
}

/** The name of the status that was sent; undefined where the client had gone before. */
export function grpcStatusOf({ stream }: OpenCall): string | undefined {
  const code = sentCode(stream);
  return code === undefined ? undefined : status[code];
}

/** A status without an answer before it is sent in the headers. */
function sentCode({ sentHeaders, sentTrailers }: ServerHttp2Stream): number | undefined {
  const code = sentTrailers?.['grpc-status'] ?? sentHeaders?.['grpc-status'];
  return code === undefined ? undefined : Number(code);
}
