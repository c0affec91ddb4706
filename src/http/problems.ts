/** The one place that turns errors into answers: RFC 9457, `application/problem+json`. */
import type { ErrorRequestHandler, Response } from 'express';
import type { InferenceError } from '../api/open-inference.ts';
import {
  PROBLEMS,
  type Problem as ProblemBody,
  type ProblemCode,
  problemType,
} from '../api/problem.ts';
import {
  isClientGone,
  type Problem,
  ProblemError,
  problem,
  toProblem,
} from '../serving/problem.ts';
import { hasLargeRest } from './connections/connections.ts';

/** A body that is not read to its end: its connection can't be used again. */
export class UnreadBodyError extends ProblemError {
  override readonly name = 'UnreadBodyError';
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
    if (isClientGone(error)) {
      return;
    }
    const found = routerProblem(error) ?? toProblem(error);
    if (found.code === 'internal-error') {
      onError(error, res);
    }
    if (res.headersSent) {
      // Too late for a problem: the client notices that its answer is not whole.
      res.locals.failure = statusOf(found.code);
      res.locals.problem = found.code;
      res.destroy();
      return;
    }
    sendProblem(res, found);
  };
}

/** @param body what the route answers with instead of the problem itself, in JSON. */
export function sendProblem(
  res: Response,
  found: Problem,
  body: object | undefined = openInferenceError(res, found),
): void {
  const { code, message, retryAfterSeconds } = found;
  // The rest of a refused body is not read.
  if (code === 'draining' || found instanceof UnreadBodyError || hasLargeRest(res.req)) {
    res.setHeader('connection', 'close');
  }
  if (retryAfterSeconds !== undefined) {
    res.setHeader('retry-after', String(retryAfterSeconds));
  }
  if (code === 'unauthorized') {
    res.setHeader('www-authenticate', 'Bearer');
  }
  res.locals.problem = code;
  res.status(statusOf(code));
  if (body) {
    // KServe's client reads the error only where the type is exactly this one.
    const bytes = Buffer.from(JSON.stringify(body));
    res.setHeader('content-type', 'application/json');
    // Also where HEAD leaves the body out.
    res.setHeader('content-length', bytes.byteLength);
    res.end(bytes);
  } else {
    const body = problemBody(code, message);
    const sent: ProblemBody = isForHuggingFace(res) ? { ...body, error: message } : body;
    res.type('application/problem+json').send(JSON.stringify(sent));
  }
}

/** The Open Inference Protocol has its own form of errors; undefined for other requests. */
function openInferenceError({ req }: Response, { message }: Problem): InferenceError | undefined {
  return /^\/v2(?:\/|$)/i.test(req.path) ? { error: message } : undefined;
}

/** Its clients show `error`, and no member of problem details. */
function isForHuggingFace({ req, locals }: Response): boolean {
  return locals.hasParameters === true || (req.method === 'POST' && req.path === '/');
}

/** The body of a problem; also for answers that are written without Express. */
export function problemJson(code: ProblemCode, detail: string): string {
  return JSON.stringify(problemBody(code, detail));
}

export function problemBody(code: ProblemCode, detail: string): ProblemBody {
  const [status, title] = PROBLEMS[code];
  return { type: problemType(code), title, status, detail };
}

/** Of Express's router, where a client is at fault: such as a path that can't be decoded. */
function routerProblem(error: unknown): Problem | undefined {
  const { status, message } = (error ?? {}) as { status?: number; message?: string };
  return status !== undefined && status >= 400 && status < 500
    ? problem('invalid-request', String(message))
    : undefined;
}
