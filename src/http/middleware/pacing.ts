/** Keeps a burst of requests from holding the event loop: probes get their turn in between. */
import type { RequestHandler } from 'express';

/**
 * Time for which requests are worked on before the event loop handles what else has arrived
 * (docs/decisions/0011-http-on-the-main-thread.md).
 */
const SLICE_MS = 2;

/**
 * Lets requests through, in their order, in slices of time. Node reads every socket that is ready
 * before it reads one again, so a thousand requests that arrive together would otherwise all be
 * parsed first.
 */
export function pace(): RequestHandler {
  const waiting: (() => void)[] = [];
  /** `performance.now()` when the running slice is over; undefined between slices. */
  let sliceEnd: number | undefined;

  const startSlice = (): void => {
    sliceEnd = performance.now() + SLICE_MS;
    setImmediate(endSlice);
  };
  // The loop has looked for what else has arrived.
  const endSlice = (): void => {
    sliceEnd = undefined;
    if (waiting.length > 0) {
      startSlice();
      while (waiting.length > 0 && isWithinSlice()) {
        waiting.shift()?.();
      }
    }
  };
  const isWithinSlice = (): boolean => performance.now() < (sliceEnd ?? 0);

  return (_req, _res, next) => {
    if (sliceEnd === undefined) {
      startSlice();
    }
    if (waiting.length === 0 && isWithinSlice()) {
      next();
    } else {
      waiting.push(next);
    }
  };
}
