/** What a caller may want to know about one request while it is classified. */

import type { ClientKey } from './fair-queue.ts';
import type { Interval, WorkerReport } from './messages.ts';

/**
 * Receives the function that cancels the request. It is not an `AbortSignal`, which costs too much on each
 * request: docs/decisions/0009-batching-and-sessions.md.
 */
export type OnWaiting = (cancel: (reason: unknown) => void) => void;

/** How a batch was run; one object for all requests that had texts in it. */
export interface BatchTimes extends Interval {
  /** Texts in the batch, those of other requests included. */
  readonly texts: number;
  /** Undefined where the batch failed. */
  readonly report: WorkerReport | undefined;
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
   *
   * @param queuedAt when the request's texts began to wait, of `performance.now()`; after the batch's
   * `startedAt` if it ran already, for another request with the same text.
   */
  readonly onBatch?: ((batch: BatchTimes, queuedAt: number) => void) | undefined;
}
