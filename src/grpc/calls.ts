/**
 * What every call passes before its handler has it: its id and its key, limits of time and memory while its
 * message arrives; and that it is observed once, at its end.
 */
import { constants } from 'node:http2';
import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
} from '@grpc/grpc-js';
import {
  type BodyAccount,
  type BodyBudget,
  hasTooSmallParts,
  MIN_PART_BYTES,
} from '../network/body-budget.ts';
import type { ReadClientAddress } from '../serving/client-address.ts';
import type { Identify } from '../serving/clients.ts';
import type { Observer } from '../serving/observer.ts';
import { isClientGone, ProblemError, toProblem } from '../serving/problem.ts';
import { createCall, endStatusOf, grpcStatusOf, type OpenCall, streamOf, textOf } from './call.ts';
import { readIds } from './call-ids.ts';
import type { Connections } from './connections.ts';
import { makeRoom } from './make-room.ts';
import { toStatus } from './status.ts';

/** Against clients that send or read slowly: their message, their answer. */
const MESSAGE_TIMEOUT_MS = 30_000;
const UNREAD_TIMEOUT_MS = 30_000;
const CHECK_INTERVAL_MS = 1_000;
/** Of a stream of messages: those whose answers have not left. */
const MAX_UNANSWERED_MESSAGES = 64;

export interface CallsOptions {
  /** Undefined: open to all. */
  readonly identify: Identify | undefined;
  /** Undefined: a client's address is that of its connection. */
  readonly clientAddress: ReadClientAddress | undefined;
  /** The paths of the methods that require a key. */
  readonly guarded: ReadonlySet<string>;
  readonly bodyBudget: BodyBudget;
  readonly connections: Pick<Connections, 'onCall'>;
  readonly observer: Pick<Observer, 'startTrace' | 'onRequestStart' | 'onRequestEnd' | 'onError'>;
  /** Of the model that serves. */
  readonly commit: () => string | undefined;
  /** Open calls of all connections. */
  readonly maxCalls: number;
}

export interface Calls {
  readonly interceptor: ServerInterceptor;
  /** The call of a handler, by the metadata that it receives. */
  of(metadata: Metadata): OpenCall;
  /** The status of an error, for `call`; undefined where its client has gone. */
  statusOf(call: OpenCall, error: unknown): ReturnType<typeof toStatus> | undefined;
  /** What every answer has: the id of its request, the commit of the model. */
  addIds(metadata: Metadata, call: OpenCall, commit?: string): void;
  /** Number of calls that have no answer, apart from streams. */
  unanswered(): number;
  /** Ends the streams of messages, which have no last one. */
  endStreams(): void;
  close(): void;
}

interface State extends CallsOptions {
  readonly byMetadata: WeakMap<Metadata, OpenCall>;
  readonly open: Set<GuardedCall>;
}

interface GuardedCall {
  readonly call: OpenCall;
  readonly next: ServerInterceptingCallInterface;
  readonly account: BodyAccount;
  /** It has several messages, and is not counted. */
  readonly isStream: boolean;
  /** Of the message that arrives. */
  bytes: number;
  parts: number;
  /** Its message has arrived completely; of a stream, the first one. */
  isComplete: boolean;
  unanswered: number;
}

export function createCalls(options: CallsOptions): Calls {
  const state: State = { ...options, byMetadata: new WeakMap(), open: new Set() };
  const check = setInterval(() => endSlowCalls(state), CHECK_INTERVAL_MS).unref();
  const calls = (): GuardedCall[] => [...state.open];
  return {
    interceptor: (method, next) =>
      intercept(state, method.path, next, method.requestStream || method.responseStream),
    of: (metadata) => state.byMetadata.get(metadata) as OpenCall,
    statusOf: (call, error) => statusOf(state, call, error),
    addIds: (metadata, call, commit) => addIds(state, metadata, call, commit),
    unanswered: () =>
      calls().filter(({ isStream, call }) => !isStream && call.answeredAt === undefined).length,
    endStreams: () => {
      for (const { call } of calls().filter(({ isStream }) => isStream)) {
        call.stream.close(constants.NGHTTP2_CANCEL);
      }
    },
    close: () => clearInterval(check),
  };
}

function intercept(
  state: State,
  path: string,
  next: ServerInterceptingCallInterface,
  isStream: boolean,
): ServerInterceptingCall {
  const guarded: GuardedCall = {
    call: createCall(streamOf(next), path, Number(next.getDeadline())),
    account: state.bodyBudget.open(),
    ...{ next, isStream, bytes: 0, parts: 0, isComplete: false, unanswered: 0 },
  };
  const { call } = guarded;
  open(state, guarded);
  const listener = new ServerListenerBuilder()
    .withOnReceiveMetadata((metadata, pass) => {
      state.byMetadata.set(metadata, call);
      readIds(call, metadata, state.observer);
      call.address = state.clientAddress?.({
        headers: { 'x-forwarded-for': textOf(metadata, 'x-forwarded-for') },
        socket: call.connection,
      });
      attempt(state, guarded, () => {
        if (state.identify && state.guarded.has(path)) {
          call.client = state.identify({
            authorization: textOf(metadata, 'authorization'),
            apiKey: textOf(metadata, 'x-api-key'),
          });
        }
        pass(metadata);
      });
    })
    .withOnReceiveMessage((message, pass) => {
      attempt(state, guarded, () => {
        onMessage(guarded);
        pass(message);
      });
    })
    .withOnReceiveHalfClose((pass) => {
      guarded.isComplete = true;
      attempt(state, guarded, pass);
    })
    .build();
  return new ServerInterceptingCall(next, {
    start: (start) => start(listener),
    sendMessage: (message, send) => {
      guarded.unanswered--;
      if (!isStream) {
        call.answeredAt ??= performance.now();
      }
      send(message);
    },
    sendStatus: (status, send) => {
      call.answeredAt ??= performance.now();
      send(status);
    },
  });
}

function open(state: State, guarded: GuardedCall): void {
  const { call, account, isStream, next } = guarded;
  const { observer, connections } = state;
  const onCallEnd = connections.onCall(next.getPeer());
  makeRoom(state.open, state.maxCalls);
  state.open.add(guarded);
  if (!isStream) {
    observer.onRequestStart();
  }
  call.stream.on('data', (part: Buffer) => {
    guarded.bytes += part.byteLength;
    guarded.parts++;
    attempt(state, guarded, () => assertAffordable(guarded));
  });
  call.stream.once('close', () => {
    state.open.delete(guarded);
    account.close();
    onCallEnd();
    if (!isStream) {
      onEnd(state, call);
    }
  });
}

function onEnd({ observer }: State, call: OpenCall): void {
  const status = endStatusOf(call);
  if (status === 200) {
    call.onSent?.();
  }
  const { path, startedAt, requestId, trace, client, address, problem } = call;
  observer.onRequestEnd({
    series: { method: 'POST', route: path, status },
    durationSeconds: (performance.now() - startedAt) / 1000,
    ...{ requestId, trace, client: client?.name, address, problem, grpcStatus: grpcStatusOf(call) },
  });
}

/** Runs what may refuse the call, which nothing else then reaches. */
function attempt(state: State, { call, next, account }: GuardedCall, run: () => void): void {
  if (call.answeredAt !== undefined) {
    return;
  }
  try {
    run();
  } catch (error) {
    const status = statusOf(state, call, error);
    if (status) {
      call.answeredAt = performance.now();
      next.sendStatus(status);
    }
    account.close();
    call.stream.close(constants.NGHTTP2_NO_ERROR);
  }
}

function assertAffordable({ account, bytes, parts }: GuardedCall): void {
  if (hasTooSmallParts(parts, bytes)) {
    throw new ProblemError(
      'invalid-request',
      `The message comes in frames of fewer than ${MIN_PART_BYTES} bytes`,
    );
  }
  if (!account.grow(bytes)) {
    const detail = 'Too many large messages are being received; try again later';
    throw new ProblemError('too-many-bodies', detail, 1);
  }
}

/** What is parsed of a message takes memory until its answer has left; those of a stream are short. */
function onMessage(guarded: GuardedCall): void {
  guarded.unanswered++;
  if (guarded.isStream) {
    guarded.isComplete = true;
    guarded.account.grow(0);
    guarded.bytes = 0;
    guarded.parts = 0;
    if (guarded.unanswered > MAX_UNANSWERED_MESSAGES) {
      throw new ProblemError(
        'too-many-bodies',
        `At most ${MAX_UNANSWERED_MESSAGES} messages wait for their answers`,
      );
    }
  }
}

function statusOf(
  state: State,
  call: OpenCall,
  error: unknown,
): ReturnType<typeof toStatus> | undefined {
  if (isClientGone(error)) {
    return undefined;
  }
  const problem = toProblem(error);
  call.problem = problem.code;
  if (problem.code === 'internal-error') {
    state.observer.onError(error, call.requestId);
  }
  const status = toStatus(problem);
  addIds(state, status.metadata, call);
  return status;
}

/** @param commit of the model that answered; that which serves where none did. */
function addIds(
  { commit }: State,
  metadata: Metadata,
  { requestId }: OpenCall,
  answeredBy = commit(),
): void {
  metadata.set('x-request-id', requestId);
  if (answeredBy !== undefined) {
    metadata.set('x-model-commit', answeredBy);
  }
}

function endSlowCalls(state: State): void {
  const now = performance.now();
  for (const guarded of [...state.open]) {
    const { call, isComplete } = guarded;
    if (call.answeredAt !== undefined) {
      if (now - call.answeredAt > UNREAD_TIMEOUT_MS) {
        call.stream.close(constants.NGHTTP2_CANCEL);
      }
    } else if (!isComplete && now - call.startedAt > MESSAGE_TIMEOUT_MS) {
      attempt(state, guarded, () => {
        const detail = `The message did not arrive within ${MESSAGE_TIMEOUT_MS / 1000} s`;
        throw new ProblemError('request-timeout', detail);
      });
    }
  }
}
