/** What a call fails with. Where the caller's signal aborts, it fails with the reason of that signal instead. */
import type { components } from './schema.ts';

/** Problem details (RFC 9457). */
export type Problem = components['schemas']['Problem'];
export type ProblemType = Problem['type'];

/** The server refused the request, or failed. */
export class ProblemError extends Error implements Problem {
  override readonly name = 'ProblemError';
  /** Stable: what to compare with. */
  readonly type: ProblemType;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Of the server's log. */
  readonly requestId: string | undefined;

  constructor({ type, title, status, detail }: Problem, requestId: string | undefined) {
    super(detail);
    this.type = type;
    this.title = title;
    this.status = status;
    this.detail = detail;
    this.requestId = requestId;
  }
}

/** Something else answered than this server, such as a proxy; or the answer is not complete. */
export class UnexpectedAnswerError extends Error {
  override readonly name = 'UnexpectedAnswerError';
  readonly status: number;

  constructor(status: number, options?: ErrorOptions) {
    super(`An answer with status ${status} that is not one of this interface`, options);
    this.status = status;
  }
}

/** There was no answer; `cause` has the reason. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  /** Whether the server may have received the request, and counted it. */
  readonly isSent: boolean;

  constructor(isSent: boolean, options: ErrorOptions) {
    const what = isSent ? 'The connection was lost before the answer' : 'There is no connection';
    super(what, options);
    this.isSent = isSent;
  }
}

/** The time of the call was over; the server may have received the request. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';

  constructor(timeoutMs: number, options?: ErrorOptions) {
    super(`No answer within ${timeoutMs} ms`, options);
  }
}
