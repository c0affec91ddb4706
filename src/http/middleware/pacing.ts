import type { RequestHandler } from 'express';
import { createPacer, type Pacer } from '../../network/pacer.ts';

/** Lets requests through in slices of time; those whose client has gone meanwhile end here. */
export function pace(run: Pacer = createPacer()): RequestHandler {
  return (_req, res, next) => {
    run(() => {
      if (!res.closed) {
        next();
      }
    });
  };
}
