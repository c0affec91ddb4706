/** Lets pages of other origins use the server in a browser (Fetch standard, "CORS protocol"). */
import cors from 'cors';
import type { RequestHandler } from 'express';
import { contextOf, isRead, NO_ROUTE } from './request-context.ts';

/** Of the response headers that a browser hides from a page of another origin unless they are named. */
export const EXPOSED_HEADERS = [
  ...['x-request-id', 'x-model-commit', 'retry-after', 'ratelimit', 'ratelimit-policy'],
  'inference-header-content-length',
];
/** How long a browser may keep the answer of a preflight request. */
const PREFLIGHT_AGE_SECONDS = 600;
export const PREFLIGHT_METHOD = 'OPTIONS';

/** @param methods those of the path. */
export type CrossOrigin = (methods: readonly string[]) => RequestHandler;

/**
 * A preflight request is answered here, before any key is required: browsers send none with it. It is no request of
 * the route, and is not counted as one.
 *
 * @param origins `*`: every one. Cookies and other credentials of the browser are never allowed.
 */
export function allowOrigins(origins: readonly string[]): CrossOrigin {
  return (methods) => {
    const handle = cors({
      origin: origins.includes('*') ? '*' : [...origins],
      methods: [...methods],
      exposedHeaders: EXPOSED_HEADERS,
      maxAge: PREFLIGHT_AGE_SECONDS,
    });
    return (req, res, next) => {
      const isOptions = req.method === PREFLIGHT_METHOD;
      const requested = isOptions ? req.headers['access-control-request-method'] : req.method;
      // Other methods of the path are for pages of the server itself.
      if (requested === undefined || !methods.includes(isRead(requested) ? 'GET' : requested)) {
        next();
        return;
      }
      if (isOptions) {
        Object.assign(contextOf(res), { method: PREFLIGHT_METHOD, route: NO_ROUTE });
      }
      handle(req, res, next);
    };
  };
}
