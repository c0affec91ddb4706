/** Repeats work that failed with `store-unavailable`, until the store has not responded for too long. */
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, ModelError } from '../errors.ts';

/** The maximum of the first delay; it doubles with each further one. */
const FIRST_DELAY_MS = 250;
const MAX_DELAY_MS = 10_000;

export interface Clock {
  /** Milliseconds since a fixed point in time. */
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
  /** How many attempts there were, 1 or more. */
  readonly attempt: number;
  readonly delayMs: number;
}

export interface RetryOptions {
  /** How long the store may not respond, in milliseconds; after that, nothing is repeated. */
  readonly timeoutMs: number;
  /** Called before each delay. */
  readonly onRetry?: ((notice: RetryNotice) => void) | undefined;
  /** When it is aborted, every delay ends. */
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
}

/**
 * Runs work, and repeats it while it throws `store-unavailable`.
 *
 * @param work calls `onProgress` whenever it has received something new.
 */
export type Retry = <T>(work: (onProgress: () => void) => Promise<T>) => Promise<T>;

/**
 * Exponential backoff with full jitter: each delay is a random part of a maximum that doubles, so that
 * servers that lost a store at the same time do not all return at the same time.
 * Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 *
 * The deadline is `timeoutMs` after the last progress, or after the start: a long transfer may be interrupted
 * at its end. The promise rejects with the first error that is not `store-unavailable`, with the last
 * `store-unavailable` after the deadline, or with the reason of the signal.
 */
export function createRetry(options: RetryOptions): Retry {
  const { timeoutMs, onRetry, signal, clock = SYSTEM_CLOCK } = options;
  let deadline = clock.now() + timeoutMs;
  const onProgress = (): void => {
    deadline = clock.now() + timeoutMs;
  };
  return async (work) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await work(onProgress);
        onProgress();
        return result;
      } catch (error) {
        signal?.throwIfAborted();
        if (!hasCode(error, 'store-unavailable')) {
          throw error;
        }
        const remainingMs = deadline - clock.now();
        if (remainingMs <= 0) {
          const attempts = attempt === 1 ? 'once' : `${attempt} times`;
          throw new ModelError(
            error.code,
            `${error.message} (tried ${attempts}, until ${timeoutMs} ms were over)`,
            { cause: error },
          );
        }
        const maxDelayMs = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), MAX_DELAY_MS);
        const delayMs = Math.ceil(Math.min(Math.random() * maxDelayMs, remainingMs));
        onRetry?.({ error, attempt, delayMs });
        await clock.sleep(delayMs, signal);
      }
    }
  };
}
