/** How resources are mounted: their routes are named for the metrics, other methods get 405. */
import type { Express, RequestHandler } from 'express';
import { ProblemError } from '../serving/problem.ts';
import type { CrossOrigin } from './middleware/cross-origin.ts';
import {
  CLIENT_CLOSED_REQUEST,
  contextOf,
  isRead,
  OTHER_METHOD,
  type RequestObserver,
} from './middleware/request-context.ts';

export interface Resource {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** Express path, which is the `route` label of the metrics as well. */
  readonly path: string;
  /** What it answers with, beside 499, so that each of these series is there from the first scrape. */
  readonly statuses: readonly number[];
  readonly handlers: readonly RequestHandler[];
  /** For pages of other origins; undefined where browsers keep it from them. */
  readonly crossOrigin?: CrossOrigin | undefined;
}

/** @param resources may have the same path with different methods. */
export function mount(
  app: Express,
  resources: readonly Resource[],
  observer: RequestObserver,
): void {
  for (const path of new Set(resources.map((resource) => resource.path))) {
    mountPath(
      app,
      path,
      resources.filter((resource) => resource.path === path),
      observer,
    );
  }
}

function mountPath(
  app: Express,
  path: string,
  resources: readonly Resource[],
  observer: RequestObserver,
): void {
  const closed = CLIENT_CLOSED_REQUEST;
  for (const { method, statuses } of resources) {
    observer.onRoute({
      method: method.toUpperCase(),
      route: path,
      statuses: [...statuses, closed],
    });
  }
  observer.onRoute({ method: OTHER_METHOD, route: path, statuses: [405, closed] });
  const labels = resources.map(({ method }) => method.toUpperCase());
  const allow = labels.map((label) => (label === 'GET' ? 'GET, HEAD' : label)).join(', ');
  const route = app.route(path).all((req, res, next) => {
    const label = isRead(req.method) ? 'GET' : req.method;
    const method = labels.includes(label) ? label : OTHER_METHOD;
    Object.assign(contextOf(res), { method, route: path });
    next();
  });
  const crossOrigin = resources.find((resource) => resource.crossOrigin)?.crossOrigin;
  if (crossOrigin) {
    route.all(crossOrigin(labels));
  }
  for (const { method, handlers } of resources) {
    route[method](...handlers);
  }
  route.all((req, res) => {
    res.setHeader('allow', allow);
    throw new ProblemError(
      'method-not-allowed',
      `${req.method} is not allowed on ${req.path}; allowed: ${allow}`,
    );
  });
}
