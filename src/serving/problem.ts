/** What a client is answered with where it gets no predictions, for every protocol. */
import type { ProblemCode } from '../api/problem.ts';
import { type ErrorData, KnownError } from '../errors.ts';
import { ChangeError } from './errors.ts';

/** What a client receives. */
export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
  /** When the same request may succeed; undefined where time does not help. */
  readonly retryAfterSeconds: number | undefined;
}

/** An error whose message a client receives as it is. */
export class ProblemError extends KnownError<ProblemCode> implements Problem {
  override readonly name: string = 'ProblemError';
  readonly retryAfterSeconds: number | undefined;

  /** @param detail what was wrong with this request, and what is allowed. */
  constructor(code: ProblemCode, detail: string, retryAfterSeconds?: number) {
    super(code, detail);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Where nothing forecasts it. */
const RETRY_AFTER_SECONDS = 1;

/** Why the predictor did not predict, by the code of its error; any other is an internal error. */
const PREDICTOR_PROBLEMS: Readonly<Record<string, (message: string, data: ErrorData) => Problem>> =
  {
    'queue-full': (message, data) => queueProblem('queue-full', message, data),
    'would-wait-too-long': (message, data) => queueProblem('queue-too-slow', message, data),
    closed: () => problem('draining', 'The server is stopping'),
    'not-ready': (message) => problem('not-ready', message, RETRY_AFTER_SECONDS),
    draining: (message) => problem('draining', message, RETRY_AFTER_SECONDS),
    'deadline-exceeded': (message) => problem('deadline-exceeded', message),
  };

/** The queue forecasts when it would accept the request. */
function queueProblem(code: ProblemCode, message: string, data: ErrorData): Problem {
  const { retryAfterSeconds = RETRY_AFTER_SECONDS } = data;
  return problem(code, `${message}; try again later`, Number(retryAfterSeconds));
}

/** No second error object: collecting its stack is slow. */
export function problem(code: ProblemCode, message: string, retryAfterSeconds?: number): Problem {
  return { code, message, retryAfterSeconds };
}

/** The problem that belongs to an error; `internal-error`, without its cause, for one that is not known. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ProblemError) {
    return error;
  }
  if (error instanceof ChangeError) {
    return problem(error.code, error.message);
  }
  const known =
    error instanceof KnownError
      ? PREDICTOR_PROBLEMS[error.code]?.(error.message, error.data)
      : undefined;
  return (
    known ?? problem('internal-error', 'The cause is in the server’s log, under the request id')
  );
}

/** Of a client's own words in a message. */
const MAX_SHOWN_CHARS = 80;

/** A client's own words, for a message: cut, and with every control character escaped. */
export function quote(text: string): string {
  return JSON.stringify(text.slice(0, MAX_SHOWN_CHARS));
}

/** A client that has gone is not answered. */
export function isClientGone(error: unknown): boolean {
  return error instanceof KnownError && error.code === 'client-gone';
}
