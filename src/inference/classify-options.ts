/** What a caller may want to know about one request while it is classified. */

import type { ClientKey } from './fair-queue.ts';

/**
 * Receives the function that cancels the request. It is not an `AbortSignal`, which costs too much on each
 * request: docs/decisions/0009-batching-and-sessions.md.
 */
export type OnWaiting = (cancel: (reason: unknown) => void) => void;

/** When a batch was run, for one of the requests that had texts in it; times of `performance.now()`. */
export interface BatchTimes {
  /**
   * When the request's texts began to wait; `startedAt` if the batch ran already, for another request
   * with the same text.
   */
  readonly queuedAt: number;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Texts in the batch, those of other requests included. */
  readonly texts: number;
}

export interface ClassifyOptions {
  /** Who sends the request: the workers are divided fairly between clients. */
  readonly client?: ClientKey;
  /**
   * Called before the promise is returned, and only if a text has to wait for a worker. `cancel` removes
   * the texts that no other request waits for, and rejects the promise with the reason; it has no effect
   * on a settled promise.
   */
  readonly onWaiting?: OnWaiting | undefined;
  /**
   * Called for each batch that held texts of the request, also for one that failed, before the promise
   * settles; not for texts that the cache had. It must not throw.
   */
  readonly onBatch?: ((batch: BatchTimes) => void) | undefined;
}
