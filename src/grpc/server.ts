/** The gRPC server: its services, its limits, how it ends. */
import { once } from 'node:events';
import { createServer as createNetServer, type Server as NetServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createSecureServer } from 'node:tls';
import {
  logVerbosity,
  Server,
  ServerCredentials,
  type ServerOptions,
  setLogVerbosity,
} from '@grpc/grpc-js';
import type { BodyBudget } from '../network/body-budget.ts';
import type { Certificate } from '../network/certificate.ts';
import type { HandlingPacer } from '../network/pacer.ts';
import {
  HANDSHAKE_TIMEOUT_MS,
  type SecureServer,
  secure as secureServer,
} from '../network/secure-server.ts';
import type { ReadClientAddress } from '../serving/client-address.ts';
import { identifyBy, type Keyring } from '../serving/clients.ts';
import type { Manager } from '../serving/manager.ts';
import type { Observer } from '../serving/observer.ts';
import type { OpenInference } from '../serving/open-inference/open-inference.ts';
import { assertReady } from '../serving/readiness.ts';
import { type Calls, createCalls } from './calls.ts';
import { createConnections } from './connections.ts';
import { createHealth, type Health, type HealthRequest, type HealthResponse } from './health.ts';
import type { ModelInferRequest } from './infer.ts';
import { HEALTH_SERVICE, INFERENCE_SERVICE, loadProtocol } from './protocol.ts';
import { addReflection } from './reflection.ts';
import { inferenceMethods, withBytesOf } from './service.ts';
import { handleBy } from './unary.ts';

/** Of a connection. */
const MAX_STREAMS = 256;
/** A connection without a call is closed then; its client opens another one for its next call. */
const IDLE_TIMEOUT_MS = 300_000;
/** Against clients that have gone without a word. */
const PING_INTERVAL_MS = 60_000;
const PING_TIMEOUT_MS = 20_000;
/** Of a connection, for what HTTP/2 keeps of it, in MB: headers, above all. */
const MAX_SESSION_MEMORY_MB = 16;
/** For the last messages of streams, which have no end of their own. */
const STREAM_GRACE_MS = 200;
/** For calls that a connection at its age still has: what they may take, and this. */
const AGE_GRACE_MS = 1_000;
/** Of the connections, those whose calls may wait for predictions; the others are for probes. */
const MAX_WAITING_SHARE = 7 / 8;

export interface GrpcOptions {
  readonly inference: OpenInference;
  readonly manager: Manager;
  readonly observer: Observer;
  /** None: open to all. */
  readonly apiKeys: Keyring;
  /** Undefined: a client's address is that of its connection. */
  readonly clientAddress: ReadClientAddress | undefined;
  readonly bodyBudget: BodyBudget;
  readonly handling: HandlingPacer;
  /** Undefined: connections are not encrypted. */
  readonly certificate?: Certificate | undefined;
  /** Maximum size of a message, in bytes. */
  readonly maxBody: number;
  readonly maxConnections: number;
  /** From one address. */
  readonly maxConnectionsPerAddress: number;
  /** In seconds; undefined: a connection is used as long as its client does. */
  readonly maxConnectionAge?: number | undefined;
  /** How long a call may wait for its predictions. */
  readonly requestTimeoutMs: number;
}

export interface GrpcServer {
  /** To listen with. */
  readonly server: NetServer;
  /** Undefined without a certificate. */
  readonly secure: SecureServer | undefined;
  /**
   * Accepts no new connection and no new call, and waits for the answers of those that have arrived.
   *
   * @returns the number of calls that still had no answer after `timeoutMs`; their connections are closed.
   */
  drain(timeoutMs: number): Promise<number>;
}

/** The library itself varies the age by a tenth. */
function connectionAge({
  maxConnectionAge,
  requestTimeoutMs,
}: Pick<GrpcOptions, 'maxConnectionAge' | 'requestTimeoutMs'>): ServerOptions {
  return maxConnectionAge === undefined
    ? {}
    : {
        'grpc.max_connection_age_ms': maxConnectionAge * 1000,
        'grpc.max_connection_age_grace_ms': requestTimeoutMs + AGE_GRACE_MS,
      };
}

export function createGrpcServer(options: GrpcOptions): GrpcServer {
  // It would write to standard error what clients do wrong.
  setLogVerbosity(logVerbosity.NONE);
  const { observer, maxBody } = options;
  const connections = createConnections({ ...options, onClose: observer.onConnectionClosed });
  const calls = createCalls({
    ...options,
    connections,
    maxCalls: options.maxConnections,
    identify: options.apiKeys.length > 0 ? identifyBy(options.apiKeys, 'key') : undefined,
    guarded: new Set(GUARDED.map((method) => pathOf(INFERENCE_SERVICE, method))),
    commit: () => options.manager.state().commit,
  });
  const grpc = new Server({
    'grpc.max_receive_message_length': maxBody,
    'grpc.max_concurrent_streams': MAX_STREAMS,
    'grpc.max_connection_idle_ms': IDLE_TIMEOUT_MS,
    ...connectionAge(options),
    'grpc.keepalive_time_ms': PING_INTERVAL_MS,
    'grpc.keepalive_timeout_ms': PING_TIMEOUT_MS,
    'grpc-node.max_session_memory': MAX_SESSION_MEMORY_MB,
    'grpc.enable_channelz': 0,
    interceptors: [calls.interceptor],
  });
  const health = createHealth({
    services: [INFERENCE_SERVICE, HEALTH_SERVICE],
    isServing: () => isReady(options.manager),
  });
  addServices(grpc, { ...options, calls, health });
  // grpc-js itself would accept any number of connections.
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const onConnection = (socket: Socket): void => {
    if (connections.admit(socket)) {
      injector.injectConnection(socket);
    }
  };
  const { server, secure } = createServerFor(onConnection, connections.count, options);
  return {
    ...{ server, secure },
    drain: async (timeoutMs) => {
      const closed = once(server, 'close');
      server.close();
      secure?.closeHandshakes();
      health.close();
      const streams = setTimeout(calls.endStreams, STREAM_GRACE_MS);
      const shutdown = new Promise<void>((resolve) => grpc.tryShutdown(() => resolve()));
      const isInTime = await Promise.race([
        shutdown.then(() => true),
        sleep(timeoutMs, false, { ref: false }),
      ]);
      const unanswered = isInTime ? 0 : calls.unanswered();
      clearTimeout(streams);
      grpc.forceShutdown();
      connections.closeAll();
      await closed;
      calls.close();
      return unanswered;
    },
  };
}

/** HTTP/2 over TLS, as gRPC uses it, is negotiated by this name (RFC 9113, 3.2). */
const PROTOCOL = 'h2';

function createServerFor(
  onConnection: (socket: Socket) => void,
  countConnections: () => number,
  { certificate, maxConnections }: GrpcOptions,
): Pick<GrpcServer, 'server' | 'secure'> {
  if (!certificate) {
    return { server: createNetServer(onConnection), secure: undefined };
  }
  const server = createSecureServer(
    {
      ...certificate.secureContext,
      ALPNProtocols: [PROTOCOL],
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    },
    onConnection,
  );
  return { server, secure: secureServer(server, maxConnections, countConnections) };
}

/** The others are open to all: they reveal no more than the probes of HTTP. */
const GUARDED = ['ModelMetadata', 'ModelInfer'];

interface Services extends GrpcOptions {
  readonly calls: Calls;
  readonly health: Health;
}

function addServices(grpc: Server, options: Services): void {
  const { calls, health, handling, maxConnections, apiKeys, observer } = options;
  const protocol = loadProtocol();
  const decodeInfer = protocol.inference.ModelInfer?.requestDeserialize as (
    message: Buffer,
  ) => ModelInferRequest;
  grpc.addService(
    withBytesOf(protocol.inference, 'ModelInfer'),
    inferenceMethods({
      ...options,
      decodeInfer,
      pace: handling.run,
      maxWaiting: Math.ceil(maxConnections * MAX_WAITING_SHARE),
    }),
  );
  grpc.addService(protocol.health, {
    Check: handleBy<HealthRequest, HealthResponse>(calls, health.check),
    Watch: health.watch,
  });
  addReflection(grpc);
  const keyStatuses = apiKeys.length > 0 ? [401, 403] : [];
  for (const method of Object.keys(protocol.inference)) {
    const guarded = GUARDED.includes(method) ? keyStatuses : [];
    observer.onRoute({
      method: 'POST',
      route: pathOf(INFERENCE_SERVICE, method),
      statuses: [...STATUSES, ...(METHOD_STATUSES[method] ?? []), ...guarded],
    });
  }
  observer.onRoute({
    method: 'POST',
    route: pathOf(HEALTH_SERVICE, 'Check'),
    statuses: [...STATUSES, 404],
  });
}

/** Of every method: `httpStatusOf`, what `calls.ts` refuses, and errors of the server. */
const STATUSES = [200, 400, 408, 413, 415, 499, 500, 503, 504];
const METHOD_STATUSES: Readonly<Record<string, readonly number[]>> = {
  ModelMetadata: [404],
  ModelInfer: [404, 429],
};

function pathOf(service: string, method: string): string {
  return `/${service}/${method}`;
}

function isReady(manager: Manager): boolean {
  try {
    assertReady(manager);
    return true;
  } catch {
    return false;
  }
}
