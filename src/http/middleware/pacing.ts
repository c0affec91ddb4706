import type { RequestHandler } from 'express';
import { createPacer } from '../pacer.ts';

/** Lets requests through in slices of time; those whose client has gone meanwhile end here. */
export function pace(): RequestHandler {
  const run = createPacer();
  return (_req, res, next) => {
    run(() => {
      if (!res.closed) {
        next();
      }
    });
  };
}
