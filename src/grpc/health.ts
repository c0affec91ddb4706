/** gRPC's health service: https://github.com/grpc/grpc/blob/master/doc/health-checking.md */
import { type ServerWritableStream, status } from '@grpc/grpc-js';
import { ProblemError } from '../serving/problem.ts';
import type { Unary } from './unary.ts';

/** How often the status is read for the clients that watch it. */
const WATCH_INTERVAL_MS = 250;
const MAX_WATCHERS = 1_000;

export type ServingStatus = 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN';

export interface HealthRequest {
  readonly service: string;
}

export interface HealthResponse {
  readonly status: ServingStatus;
}

type WatchCall = ServerWritableStream<HealthRequest, HealthResponse>;

export interface HealthOptions {
  /** The names of the services. */
  readonly services: readonly string[];
  readonly isServing: () => boolean;
}

export interface Health {
  readonly check: Unary<HealthRequest, HealthResponse>;
  readonly watch: (call: WatchCall) => void;
  /** Reports the last status to the clients that watch, and ends their calls. */
  close(): void;
}

export function createHealth({ services, isServing }: HealthOptions): Health {
  /** With the status that was reported last. */
  const watchers = new Map<WatchCall, ServingStatus | undefined>();
  let timer: NodeJS.Timeout | undefined;
  const statusOf = (service: string): ServingStatus => {
    if (service !== '' && !services.includes(service)) {
      return 'SERVICE_UNKNOWN';
    }
    return isServing() ? 'SERVING' : 'NOT_SERVING';
  };
  const report = (): void => {
    for (const [call, reported] of watchers) {
      const found = statusOf(call.request.service);
      if (found !== reported) {
        watchers.set(call, found);
        call.write({ status: found });
      }
    }
  };
  const forget = (call: WatchCall): void => {
    watchers.delete(call);
    if (watchers.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
  return {
    check: ({ service }) => {
      const found = statusOf(service);
      if (found === 'SERVICE_UNKNOWN') {
        throw new ProblemError(
          'not-found',
          `There is no such service; known: ${services.join(', ')}`,
        );
      }
      return { message: { status: found } };
    },
    watch: (call) => {
      if (watchers.size >= MAX_WATCHERS) {
        const details = `At most ${MAX_WATCHERS} clients watch at once`;
        call.emit('error', { code: status.RESOURCE_EXHAUSTED, details });
        return;
      }
      watchers.set(call, undefined);
      call.once('cancelled', () => forget(call));
      call.on('error', () => forget(call));
      report();
      timer ??= setInterval(report, WATCH_INTERVAL_MS).unref();
    },
    close: () => {
      report();
      for (const call of watchers.keys()) {
        forget(call);
        call.end();
      }
    },
  };
}
