import type { RequestHandler } from 'express';

/**
 * Limits how many requests a handler works on at a time.
 *
 * @param refuse called for each one more; throws the problem that it is answered with.
 */
export function limitConcurrency(
  max: number,
  refuse: (...args: Parameters<RequestHandler>) => never,
  handle: (...args: Parameters<RequestHandler>) => Promise<void>,
): RequestHandler {
  let running = 0;
  return async (...args) => {
    if (running >= max) {
      refuse(...args);
    }
    running++;
    try {
      await handle(...args);
    } finally {
      running--;
    }
  };
}
