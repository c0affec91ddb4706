/** The one place that turns errors into answers: RFC 9457, `application/problem+json`. */
import type { ErrorRequestHandler, Response } from 'express';
import { PROBLEMS, type Problem as ProblemBody, type ProblemCode } from '../api/problem.ts';
import { ClassifierError } from '../inference/errors.ts';

/** What a client is told. */
interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** An error that a client is told of as it is. */
export class ProblemError extends Error implements Problem {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode;
  readonly headers: Readonly<Record<string, string>>;

  /** @param detail what was wrong with this request, and what is allowed. */
  constructor(code: ProblemCode, detail: string, headers: Record<string, string> = {}) {
    super(detail);
    this.code = code;
    this.headers = headers;
  }
}

/** Why a request's work is given up: the reason of its abort signal. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';
}

/** The status of a problem. */
export function statusOf(code: ProblemCode): number {
  return PROBLEMS[code][0];
}

/**
 * Express's last handler: answers with the problem that an error stands for.
 *
 * @param onError is told of each error whose cause the client doesn't see.
 */
export function answerProblems(
  onError: (error: unknown, res: Response) => void,
): ErrorRequestHandler {
  return (error: unknown, _req, res, next) => {
    if (error instanceof ClientGoneError) {
      return;
    }
    const problem = toProblem(error);
    if (problem.code === 'internal-error') {
      onError(error, res);
    }
    if (res.headersSent) {
      next(error);
      return;
    }
    sendProblem(res, problem);
  };
}

function sendProblem(res: Response, { code, message, headers }: Problem): void {
  res
    .status(statusOf(code))
    .set(headers)
    .type('application/problem+json')
    .send(problemJson(code, message));
}

/** The body of a problem; also for answers that are written without Express. */
export function problemJson(code: ProblemCode, detail: string): string {
  const [status, title] = PROBLEMS[code];
  const body: ProblemBody = { type: `/problems/${code}`, title, status, detail };
  return JSON.stringify(body);
}

/** What body-parser and Express's router call the errors that they make. */
const FRAMEWORK_PROBLEMS: Readonly<Record<string, ProblemCode>> = {
  'entity.parse.failed': 'malformed-json',
  'entity.too.large': 'body-too-large',
  'encoding.unsupported': 'unsupported-media-type',
  'charset.unsupported': 'unsupported-media-type',
};

/** No second error: its stack would be a tenth of what it takes to refuse a request. */
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
  if (error instanceof ClassifierError && error.code === 'queue-full') {
    return problem('queue-full', `${error.message}; try again later`, {
      'retry-after': '1',
    });
  }
  if (error instanceof ClassifierError && error.code === 'closed') {
    return problem('draining', 'The server is stopping', { connection: 'close' });
  }
  if (error instanceof DeadlineError) {
    return problem('deadline-exceeded', error.message);
  }
  const { type, status, message, limit } = (error ?? {}) as Partial<FrameworkError>;
  const code = FRAMEWORK_PROBLEMS[type ?? ''];
  if (code !== undefined) {
    const allowed = limit === undefined ? '' : `; at most ${limit} bytes are allowed`;
    return problem(code, `${message}${allowed}`);
  }
  if (status !== undefined && status >= 400 && status < 500) {
    return problem('invalid-request', String(message));
  }
  return problem('internal-error', 'The cause is in the server’s log, under the request id');
}

interface FrameworkError {
  readonly type: string;
  readonly status: number;
  readonly message: string;
  readonly limit: number;
}
