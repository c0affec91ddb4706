/** Problems as gRPC's statuses. */
import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import { PROBLEMS } from '../api/problem.ts';
import type { Problem } from '../serving/problem.ts';

/** By the HTTP status of a problem, as google.rpc.Code maps them, and gRPC itself for what is too large. */
const CODES: Readonly<Record<number, status>> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  408: status.DEADLINE_EXCEEDED,
  409: status.ABORTED,
  413: status.RESOURCE_EXHAUSTED,
  429: status.RESOURCE_EXHAUSTED,
  501: status.UNIMPLEMENTED,
  503: status.UNAVAILABLE,
  504: status.DEADLINE_EXCEEDED,
  507: status.RESOURCE_EXHAUSTED,
};

/** Of statuses that gRPC's library sends itself: a message that is too large, a deadline, not one message. */
const HTTP_STATUSES: Readonly<Record<number, number>> = {
  [status.OK]: 200,
  [status.RESOURCE_EXHAUSTED]: 413,
  [status.DEADLINE_EXCEEDED]: 504,
  [status.UNIMPLEMENTED]: 415,
};

/** What a client receives. Its trailing metadata has the type of the problem, and when to try again. */
export function toStatus({ code, message, retryAfterSeconds }: Problem): StatusObject {
  const metadata = new Metadata();
  metadata.set('problem-type', `/problems/${code}`);
  if (retryAfterSeconds !== undefined) {
    metadata.set('retry-after', String(retryAfterSeconds));
    // https://github.com/grpc/proposal/blob/master/A6-client-retries.md#pushback
    metadata.set('grpc-retry-pushback-ms', String(1000 * retryAfterSeconds));
  }
  return {
    code: CODES[PROBLEMS[code][0]] ?? status.INTERNAL,
    // Percent-encoded by the library, which half of a surrogate pair would end with an error.
    details: message.toWellFormed(),
    metadata,
  };
}

/** The status in the metrics and the log of a call that was ended by gRPC's library. */
export function httpStatusOf(code: status): number {
  return HTTP_STATUSES[code] ?? 400;
}
