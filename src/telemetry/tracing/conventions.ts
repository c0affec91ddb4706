/**
 * Name, attributes and status of a request's span when it ends, by OpenTelemetry's semantic conventions:
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/ and, for gRPC, …/rpc/grpc/.
 */
import { type Attributes, type SpanStatus, SpanStatusCode } from '@opentelemetry/api';
import type { ProblemCode } from '../../api/problem.ts';
import type { EndedRequest, RejectionReason } from '../../serving/observer.ts';
import type { TracedRequest } from '../../serving/trace.ts';

/** In the metrics, requests that no route takes, and methods that a route does not have. */
const [NO_ROUTE, OTHER_METHOD] = ['none', 'OTHER'];
/** In the metrics, a client that had gone: no status was sent. */
const CLIENT_GONE = 499;
const CLIENT_GONE_TYPE = 'client-gone';

/** `error.type` by the reason of `classifier_rejected_total`: as that of the request. */
export const ERROR_TYPE_OF: Readonly<
  Record<RejectionReason, ProblemCode | typeof CLIENT_GONE_TYPE>
> = {
  queue_full: 'queue-full',
  would_wait: 'queue-too-slow',
  deadline: 'deadline-exceeded',
  client_gone: CLIENT_GONE_TYPE,
  rate_limited: 'rate-limited',
};

/** Statuses of gRPC for which a server's span is an error. */
const GRPC_ERRORS = new Set([
  ...['UNKNOWN', 'DEADLINE_EXCEEDED', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS'],
]);

export function spanName({ protocol }: TracedRequest, { series }: EndedRequest): string {
  if (protocol === 'grpc') {
    return rpcMethod(series.route);
  }
  const method = series.method === OTHER_METHOD ? 'HTTP' : series.method;
  return series.route === NO_ROUTE ? method : `${method} ${series.route}`;
}

export function endAttributes(
  { protocol }: TracedRequest,
  { series, problem, client, grpcStatus }: EndedRequest,
): Attributes {
  const isGone = series.status === CLIENT_GONE;
  const errorType = problem ?? (isGone ? CLIENT_GONE_TYPE : String(series.status));
  const shared = {
    'error.type': series.status >= 400 ? errorType : undefined,
    'classifier.client': client,
  };
  return protocol === 'grpc'
    ? {
        ...shared,
        'rpc.system.name': 'grpc',
        'rpc.method': rpcMethod(series.route),
        'rpc.response.status_code': grpcStatus,
      }
    : {
        ...shared,
        'http.route': series.route === NO_ROUTE ? undefined : series.route,
        'http.response.status_code': isGone ? undefined : series.status,
      };
}

/** @returns undefined where it stays unset: what a client has to correct is no error of the server. */
export function statusOf(
  { protocol }: TracedRequest,
  { series, grpcStatus = '' }: EndedRequest,
): SpanStatus | undefined {
  const isError =
    protocol === 'grpc'
      ? GRPC_ERRORS.has(grpcStatus)
      : series.status >= 500 || series.status === CLIENT_GONE;
  return isError ? { code: SpanStatusCode.ERROR } : undefined;
}

/** `/package.Service/Method` → `package.Service/Method` */
function rpcMethod(route: string): string {
  return route.replace(/^\//, '');
}
