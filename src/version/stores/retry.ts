/** Tries again what failed for a reason that may pass, until a deadline. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ModelError } from '../errors.ts';

/** The first wait is at most this long, each further one at most twice the one before. */
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;

export interface Clock {
  /** Milliseconds since an instant that stays the same. */
  now(): number;
  /** Rejects with the signal's reason when it is aborted. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<unknown>;
}

const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  sleep: (delayMs, signal) => sleep(delayMs, undefined, signal ? { signal } : {}),
};

export interface RetryNotice {
  readonly error: ModelError;
  /** How often it has been tried, 1 or more. */
  readonly attempt: number;
  readonly delayMs: number;
}

export interface RetryOptions {
  /** Milliseconds, counted from now, after which nothing is tried again. */
  readonly timeoutMs: number;
  /** Told before each wait. */
  readonly onRetry?: ((notice: RetryNotice) => void) | undefined;
  /** Ends every wait. */
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
}

/** Runs work, again and again while it throws a `store-unavailable`. */
export type Retry = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Exponential backoff with full jitter: each wait is a random part of a bound that doubles, so that
 * servers that lost a store together don't come back together.
 * Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 *
 * The promise rejects with the first error that is not `store-unavailable`, with the last
 * `store-unavailable` when the time is over, or with the reason of the signal.
 */
export function createRetry(options: RetryOptions): Retry {
  const { timeoutMs, onRetry, signal, clock = SYSTEM_CLOCK } = options;
  const deadline = clock.now() + timeoutMs;
  return async (work) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        signal?.throwIfAborted();
        if (!isTransient(error)) {
          throw error;
        }
        const remainingMs = deadline - clock.now();
        if (remainingMs <= 0) {
          const tries = attempt === 1 ? 'once' : `${attempt} times`;
          throw new ModelError(
            error.code,
            `${error.message} (tried ${tries}, until ${timeoutMs} ms were over)`,
            { cause: error },
          );
        }
        const boundMs = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), MAX_DELAY_MS);
        const delayMs = Math.ceil(Math.min(Math.random() * boundMs, remainingMs));
        onRetry?.({ error, attempt, delayMs });
        await clock.sleep(delayMs, signal);
      }
    }
  };
}

function isTransient(error: unknown): error is ModelError {
  return error instanceof ModelError && error.code === 'store-unavailable';
}
