/** The one place that turns errors into answers: RFC 9457, `application/problem+json`. */
import type { ErrorRequestHandler, Response } from 'express';
import { PROBLEMS, type Problem as ProblemBody, type ProblemCode } from '../api/problem.ts';
import { type ErrorData, KnownError } from '../errors.ts';
import { ChangeError } from '../serving/errors.ts';
import { hasLargeRest } from './connections/connections.ts';

/** What a client receives. */
interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** An error whose message a client receives as it is. */
export class ProblemError extends KnownError<ProblemCode> implements Problem {
  override readonly name = 'ProblemError';
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail what was wrong with this request, and what is allowed. */
  constructor(code: ProblemCode, detail: string, headers: Record<string, string> = {}) {
    super(code, detail);
    this.headers = headers;
  }
}

/** The status of a problem. */
export function statusOf(code: ProblemCode): number {
  return PROBLEMS[code][0];
}

/**
 * Express's last handler: answers with the problem that belongs to an error.
 *
 * @param onError called for each error that is answered with 500.
 */
export function answerProblems(
  onError: (error: unknown, res: Response) => void,
): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (error: unknown, _req, res, _next) => {
    if (error instanceof KnownError && error.code === 'client-gone') {
      return;
    }
    const problem = toProblem(error);
    if (problem.code === 'internal-error') {
      onError(error, res);
    }
    if (res.headersSent) {
      // Too late for a problem: the client notices that its answer is not whole.
      res.locals.failure = statusOf(problem.code);
      res.locals.problem = problem.code;
      res.destroy();
      return;
    }
    sendProblem(res, problem);
  };
}

export function sendProblem(res: Response, { code, message, headers }: Problem): void {
  // The rest of a refused body is not read.
  const rest = hasLargeRest(res.req) ? { connection: 'close' } : {};
  res.locals.problem = code;
  res
    .status(statusOf(code))
    .set({ ...headers, ...rest })
    .type('application/problem+json')
    .send(problemJson(code, message));
}

/** The body of a problem; also for answers that are written without Express. */
export function problemJson(code: ProblemCode, detail: string): string {
  const [status, title] = PROBLEMS[code];
  return JSON.stringify({ type: `/problems/${code}`, title, status, detail } satisfies ProblemBody);
}

/** What body-parser and Express's router call the errors that they make. */
const FRAMEWORK_PROBLEMS: Readonly<Record<string, ProblemCode>> = {
  'entity.parse.failed': 'malformed-json',
  'entity.too.large': 'body-too-large',
  'encoding.unsupported': 'unsupported-media-type',
  'charset.unsupported': 'unsupported-media-type',
};

const RETRY_AFTER_SECONDS = '1';
const STOPPING: Problem = {
  code: 'draining',
  message: 'The server is stopping',
  headers: { connection: 'close' },
};

/** Why the predictor did not predict, by the code of its error; any other is an internal error. */
const PREDICTOR_PROBLEMS: Readonly<Record<string, (message: string, data: ErrorData) => Problem>> =
  {
    'queue-full': (message, data) => queueProblem('queue-full', message, data),
    'would-wait-too-long': (message, data) => queueProblem('queue-too-slow', message, data),
    closed: () => STOPPING,
    'not-ready': (message) => problem('not-ready', message, { 'retry-after': RETRY_AFTER_SECONDS }),
    draining: (message) =>
      problem('draining', message, { 'retry-after': RETRY_AFTER_SECONDS, connection: 'close' }),
    'deadline-exceeded': (message) => problem('deadline-exceeded', message),
  };

/** The queue forecasts when it would accept the request. */
function queueProblem(code: ProblemCode, message: string, data: ErrorData): Problem {
  const retryAfter = String(data.retryAfterSeconds ?? RETRY_AFTER_SECONDS);
  return problem(code, `${message}; try again later`, { 'retry-after': retryAfter });
}

/** No second error object: collecting its stack is slow. */
function problem(
  code: ProblemCode,
  message: string,
  headers: Record<string, string> = {},
): Problem {
  return { code, message, headers };
}

function toProblem(error: unknown): Problem {
  if (error instanceof ProblemError) {
    return error;
  }
  if (error instanceof ChangeError) {
    return problem(error.code, error.message);
  }
  const known =
    error instanceof KnownError
      ? PREDICTOR_PROBLEMS[error.code]?.(error.message, error.data)
      : frameworkProblem(error);
  return (
    known ?? problem('internal-error', 'The cause is in the server’s log, under the request id')
  );
}

/** Undefined where Express and its body parser made no error of a client out of it. */
function frameworkProblem(error: unknown): Problem | undefined {
  const { type, status, message, limit } = (error ?? {}) as Partial<FrameworkError>;
  const code = FRAMEWORK_PROBLEMS[type ?? ''];
  if (code !== undefined) {
    const allowed = limit === undefined ? '' : `; at most ${limit} bytes are allowed`;
    return problem(code, `${message}${allowed}`);
  }
  return status !== undefined && status >= 400 && status < 500
    ? problem('invalid-request', String(message))
    : undefined;
}

interface FrameworkError {
  readonly type: string;
  readonly status: number;
  readonly message: string;
  readonly limit: number;
}
