/** How resources are mounted: their routes are named for the metrics, other methods get 405. */
import type { Express, RequestHandler } from 'express';
import { type Operation, statusesOf } from '../api/operation.ts';
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
  readonly operation: Operation;
  readonly handlers: readonly RequestHandler[];
}

/**
 * @param resources may have the same path with different methods.
 * @param crossOrigin undefined: browsers keep every resource from pages of other origins.
 */
export function mount(
  app: Express,
  resources: readonly Resource[],
  observer: RequestObserver,
  crossOrigin?: CrossOrigin,
): void {
  for (const path of new Set(resources.map(({ operation }) => operation.path))) {
    mountPath(
      app,
      path,
      resources.filter(({ operation }) => operation.path === path),
      { observer, crossOrigin },
    );
  }
}

function mountPath(
  app: Express,
  path: string,
  resources: readonly Resource[],
  { observer, crossOrigin }: { observer: RequestObserver; crossOrigin: CrossOrigin | undefined },
): void {
  const closed = CLIENT_CLOSED_REQUEST;
  for (const { operation } of resources) {
    // Each of these series is there from the first scrape.
    observer.onRoute({
      method: operation.method.toUpperCase(),
      route: operation.route ?? path,
      statuses: [...statusesOf(operation), closed],
    });
  }
  const labels = new Map(
    resources.map(({ operation }) => [operation.method.toUpperCase(), operation.route ?? path]),
  );
  const [first = path] = labels.values();
  const labelOf = (method: string): string => labels.get(method) ?? first;
  observer.onRoute({ method: OTHER_METHOD, route: labelOf(OTHER_METHOD), statuses: [405, closed] });
  const methods = resources.map(({ operation }) => operation.method.toUpperCase());
  const allow = methods.map((method) => (method === 'GET' ? 'GET, HEAD' : method)).join(', ');
  const route = app.route(path).all((req, res, next) => {
    const found = isRead(req.method) ? 'GET' : req.method;
    const method = methods.includes(found) ? found : OTHER_METHOD;
    Object.assign(contextOf(res), { method, route: labelOf(method) });
    next();
  });
  const shared = resources.filter(({ operation }) => !operation.isSameOrigin);
  if (crossOrigin && shared.length > 0) {
    route.all(crossOrigin(shared.map(({ operation }) => operation.method.toUpperCase())));
  }
  for (const { operation, handlers } of resources) {
    route[operation.method](...handlers);
  }
  route.all((req, res) => {
    res.setHeader('allow', allow);
    throw new ProblemError(
      'method-not-allowed',
      `${req.method} is not allowed on ${req.path}; allowed: ${allow}`,
    );
  });
}
