/** What every request gets before anything looks at it: an id, the model's commit, a clock. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler, Response } from 'express';
import type { Observer } from '../../serving/observer.ts';

/** An id from outside is taken over where it can't harm a log or a header. */
const SANE_REQUEST_ID = /^[\w.:/+=-]{1,128}$/;
/** W3C Trace Context, https://www.w3.org/TR/trace-context/#traceparent-header. */
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;

/** nginx's status for a client that went away before it was answered. */
const CLIENT_CLOSED_REQUEST = 499;

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** In `res.locals`. */
export interface RequestContext {
  readonly requestId: string;
  readonly traceId: string | undefined;
  /** `performance.now()` when the request's headers had been read. */
  readonly startedAt: number;
  /** The pattern of the route that answers, set by the route. */
  route: string;
}

export type RequestObserver = Pick<Observer, 'onRoute' | 'onRequestStart' | 'onRequestEnd'>;

/** For requests that no route takes. */
export const NO_ROUTE = 'none';

/** @param commit of the model; while it is undefined, no `x-model-commit` header is sent. */
export function requestContext(
  commit: () => string | undefined,
  observer: RequestObserver,
): RequestHandler {
  return (req, res, next) => {
    const received = header(req, 'x-request-id');
    const requestId = received && SANE_REQUEST_ID.test(received) ? received : randomUUID();
    const traceId = TRACEPARENT.exec(header(req, 'traceparent') ?? '')?.[1];
    const startedAt = performance.now();
    const context: RequestContext = { requestId, traceId, startedAt, route: NO_ROUTE };
    // Express's own `locals` has no prototype, which makes it slow to read.
    res.locals = context as RequestContext & Response['locals'];
    res.setHeader('x-request-id', requestId);
    const served = commit();
    if (served !== undefined) {
      res.setHeader('x-model-commit', served);
    }
    observer.onRequestStart();
    res.once('close', () => {
      const method = METHODS.has(req.method) ? req.method : 'OTHER';
      const { route } = context;
      const status = res.writableFinished ? res.statusCode : CLIENT_CLOSED_REQUEST;
      observer.onRequestEnd({ method, route, status }, (performance.now() - startedAt) / 1000);
    });
    next();
  };
}

function header(req: IncomingMessage, name: string): string | undefined {
  // Node joins a header that came more than once, but for a few that have no list form.
  return req.headers[name] as string | undefined;
}

/** The context of a request, from its response. */
export function contextOf(res: { locals: Record<string, unknown> }): RequestContext {
  return res.locals as unknown as RequestContext;
}
