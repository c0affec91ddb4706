/** How a resource is mounted: its route is named for the metrics, other methods get 405. */
import type { Express, RequestHandler } from 'express';
import {
  CLIENT_CLOSED_REQUEST,
  contextOf,
  isRead,
  OTHER_METHOD,
  type RequestObserver,
} from './middleware/request-context.ts';
import { ProblemError } from './problems.ts';

export interface Resource {
  readonly method: 'get' | 'post';
  /** Express path, which is the `route` label of the metrics as well. */
  readonly path: string;
  /** What it answers with, beside 499, so that each of these series is there from the first scrape. */
  readonly statuses: readonly number[];
  readonly handlers: readonly RequestHandler[];
}

export function mount(app: Express, resource: Resource, observer: RequestObserver): void {
  const { method, path, handlers, statuses } = resource;
  const label = method.toUpperCase();
  const closed = CLIENT_CLOSED_REQUEST;
  observer.onRoute({ method: label, route: path, statuses: [...statuses, closed] });
  observer.onRoute({ method: OTHER_METHOD, route: path, statuses: [405, closed] });
  const allow = method === 'get' ? 'GET, HEAD' : 'POST';
  app
    .route(path)
    .all((req, res, next) => {
      const isOwn = method === 'get' ? isRead(req.method) : req.method === label;
      Object.assign(contextOf(res), { method: isOwn ? label : OTHER_METHOD, route: path });
      next();
    })
    [method](...handlers)
    .all((req) => {
      throw new ProblemError(
        'method-not-allowed',
        `${req.method} is not allowed on ${req.path}; allowed: ${allow}`,
        { allow },
      );
    });
}
