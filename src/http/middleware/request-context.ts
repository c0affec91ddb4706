/** What every request gets before anything looks at it: an id, the model's commit, a clock. */
import type { IncomingMessage } from 'node:http';
import type { RequestHandler, Response } from 'express';
import type { ReadClientAddress } from '../../serving/client-address.ts';
import type { Client } from '../../serving/clients.ts';
import type { Observer } from '../../serving/observer.ts';
import { ProblemError } from '../../serving/problem.ts';
import { requestIdFrom } from '../../serving/request-id.ts';
import type { RequestTrace } from '../../serving/trace.ts';
import { traceOf } from './request-trace.ts';

/** nginx's status for a client that went away before it was answered. */
export const CLIENT_CLOSED_REQUEST = 499;

/** In the metrics: every method that the route does not have, whatever a client sends. */
export const OTHER_METHOD = 'OTHER';

/** In `res.locals`. */
export interface RequestContext {
  readonly requestId: string;
  readonly trace: RequestTrace | undefined;
  /** `performance.now()` when the request's headers had been read. */
  readonly startedAt: number;
  /** The address behind the proxies that are trusted; undefined where none are. */
  readonly address: string | undefined;
  /** Of a valid key. */
  client?: Client;
  /** The type of the problem that it is answered with. */
  problem?: string;
  /** Its body has `parameters`, as those of Hugging Face's clients. */
  hasParameters?: boolean;
  /** Labels of the metrics: the method and the pattern of the route that answers, set by the route. */
  method: string;
  route: string;
  /** Status of the problem that ended an answer that had begun. */
  failure?: number;
  /** Called when the whole answer has been passed to the system. */
  onSent?: () => void;
}

export type RequestObserver = Pick<
  Observer,
  'startTrace' | 'onRoute' | 'onRequestStart' | 'onRequestEnd'
>;

/** For requests that no route takes. */
export const NO_ROUTE = 'none';

/**
 * @param commit of the model; while it is undefined, no `x-model-commit` header is sent.
 * @param readAddress undefined where no proxy is trusted.
 */
export function requestContext(
  commit: () => string | undefined,
  observer: RequestObserver,
  readAddress?: ReadClientAddress,
): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now();
    const requestId = requestIdOf(req);
    const trace = traceOf(req, observer, startedAt);
    const method = labelOf(req.method);
    const address = readAddress?.(req);
    const context: RequestContext = {
      requestId,
      trace,
      startedAt,
      address,
      method,
      route: NO_ROUTE,
    };
    // Express's own `locals` has no prototype, which makes it slow to read.
    res.locals = context as RequestContext & Response['locals'];
    res.setHeader('x-request-id', requestId);
    const served = commit();
    if (served !== undefined) {
      res.setHeader('x-model-commit', served);
    }
    observer.onRequestStart();
    let isSent = false;
    // Before Node's own listener, which may end the connection. Node reports the end of an answer also
    // where its connection was closed before.
    res.prependOnceListener('finish', () => {
      isSent = !req.socket.destroyed;
      if (isSent) {
        context.onSent?.();
      }
    });
    res.once('close', () => {
      const status = isSent ? res.statusCode : (context.failure ?? CLIENT_CLOSED_REQUEST);
      observer.onRequestEnd({
        series: { method: context.method, route: context.route, status },
        durationSeconds: (performance.now() - startedAt) / 1000,
        requestId,
        trace,
        client: context.client?.name,
        address,
        problem: context.problem,
      });
    });
    next(refusalOf(req));
  };
}

/** From the client, or new. */
export function requestIdOf(req: IncomingMessage): string {
  return requestIdFrom(header(req, 'x-request-id'));
}

/** The method in the metrics, before a route has the request. */
export function labelOf(method: string): string {
  return isRead(method) ? 'GET' : OTHER_METHOD;
}

/** A HEAD request is answered as a GET request is, without the body. */
export function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** A name or an address, and a port (RFC 3986, 3.2.2 and 3.2.3); empty where the target has no host. */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.!~$&'()*+,;=%-]*)(?::\d*)?$/i;

/** What HTTP/1.1 requires of every request (RFC 9112, 3.2; RFC 9110, 10.1.1). */
function refusalOf(req: IncomingMessage): ProblemError | undefined {
  const { host, expect } = req.headers;
  if (host === undefined && req.httpVersion === '1.1') {
    return new ProblemError('invalid-request', 'The request has no Host header');
  }
  if (host !== undefined && (!HOST.test(host) || hasSeveralHosts(req))) {
    return new ProblemError('invalid-request', 'Expected one Host header, a name and a port');
  }
  return expect === undefined || CONTINUE.test(expect)
    ? undefined
    : new ProblemError(
        'expectation-failed',
        `Only 100-continue can be expected, found ${JSON.stringify(expect)}`,
      );
}

/** Joined where it came more than once. */
const CONTINUE = /^100-continue(?:\s*,\s*100-continue)*$/i;

/** Node keeps the first one. */
function hasSeveralHosts({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') {
      hosts++;
    }
  }
  return hosts > 1;
}

function header(req: IncomingMessage, name: string): string | undefined {
  // Node joins a header that came more than once, but for a few that have no list form.
  return req.headers[name] as string | undefined;
}

/** The context of a request, from its response. */
export function contextOf(res: { locals: Record<string, unknown> }): RequestContext {
  return res.locals as unknown as RequestContext;
}
