import type { RequestHandler } from 'express';

type Arguments = Parameters<RequestHandler>;
type Handle = (...args: Arguments) => Promise<void>;

/**
 * Limits how many requests some handlers together work on at a time.
 *
 * @param refuse called for each one more; throws the problem that it is answered with.
 * @returns what puts a handler under this limit.
 */
export function createConcurrencyLimit(
  max: number,
  refuse: (...args: Arguments) => never,
): (handle: Handle) => RequestHandler {
  let running = 0;
  return (handle) =>
    async (...args) => {
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

/** Limits how many requests one handler works on at a time. */
export function limitConcurrency(
  max: number,
  refuse: (...args: Arguments) => never,
  handle: Handle,
): RequestHandler {
  return createConcurrencyLimit(max, refuse)(handle);
}
