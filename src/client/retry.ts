/** When a request is sent again, and when it is not. */
import type { ProblemType } from './errors.ts';

/** Of a request that nothing was done for. */
export const NOTHING_DONE: readonly ProblemType[] = [
  ...(['/problems/queue-full', '/problems/queue-too-slow', '/problems/not-ready'] as const),
  '/problems/rate-limited',
  ...(['/problems/draining', '/problems/too-many-bodies', '/problems/too-many-downloads'] as const),
];

/** Statuses of proxies, and of servers behind them, that a request which only reads may get again. */
const TRANSIENT = [502, 503, 504];

const FIRST_BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 5000;

export interface Answered {
  readonly status: number;
  /** Undefined where the answer is no problem. */
  readonly problem: ProblemType | undefined;
}

/** @param isRead the request changes and counts nothing. */
export function mayRepeatAnswered({ status, problem }: Answered, isRead: boolean): boolean {
  return (
    (problem !== undefined && NOTHING_DONE.includes(problem)) ||
    (isRead && TRANSIENT.includes(status))
  );
}

/** Node's codes of connections that never came to be: no byte of the request was sent. */
const NOT_CONNECTED = [
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
  'UND_ERR_CONNECT_TIMEOUT',
];

/** False where it is not known, as in a browser. @param error of `fetch`. */
export function isNeverSent(error: unknown): boolean {
  const { cause, errors, code } = (error ?? {}) as {
    readonly cause?: unknown;
    readonly errors?: readonly unknown[];
    readonly code?: string;
  };
  if (cause !== undefined) {
    return isNeverSent(cause);
  }
  // One for each address of a name.
  return errors !== undefined && errors.length > 0
    ? errors.every(isNeverSent)
    : NOT_CONNECTED.includes(code ?? '');
}

/**
 * Milliseconds before the next attempt: exponential, with full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), after what the server requests.
 *
 * @param attempt 1 for the wait after the first.
 * @param retryAfter value of the header: seconds, or a date (RFC 9110, 10.2.3).
 */
export function waitBefore(
  attempt: number,
  retryAfter: string | null,
  { random, nowMs }: { readonly random: () => number; readonly nowMs: () => number },
): number {
  const backoff = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1));
  return readRetryAfter(retryAfter, nowMs()) + backoff * random();
}

function readRetryAfter(value: string | null, nowMs: number): number {
  if (value === null) {
    return 0;
  }
  const waitMs = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isNaN(waitMs) ? 0 : Math.max(0, waitMs);
}
