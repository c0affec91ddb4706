/** Which of the texts that wait form the next batch. */

/** Only the oldest texts are searched for similar lengths, so that the cost of a selection is bounded. */
const WINDOW = 64;

/**
 * Of its equal share of the queue, what a worker receives that becomes idle while the others are busy:
 * more texts arrive before the next one is idle. Not all of the queue, or the next worker might find a
 * single text. Chosen by measurement: docs/decisions/0009-batching-and-sessions.md.
 */
const SINGLE_WORKER_SHARE = 1.4;

export interface Load {
  /** Texts that wait. */
  readonly queued: number;
  readonly workers: number;
  readonly idleWorkers: number;
}

/**
 * Workers that are idle at the same time receive equal shares, so that one request of many texts uses
 * all of them.
 *
 * @returns the number of texts in the next batch of each idle worker.
 */
export function batchSize({ queued, workers, idleWorkers }: Load, maxBatch: number): number {
  const share = idleWorkers > 1 ? 1 : SINGLE_WORKER_SHARE;
  return Math.min(maxBatch, Math.ceil((share * queued) / workers));
}

/**
 * Selects the oldest text, so that each one is selected in time, and those nearest to it in length.
 *
 * @param queue the oldest first; not empty.
 */
export function selectBatch<T extends { readonly length: number }>(
  queue: readonly T[],
  count: number,
): Set<T> {
  const [oldest, ...others] = queue.slice(0, Math.max(WINDOW, count)) as [T, ...T[]];
  const distance = ({ length }: T): number => Math.abs(length - oldest.length);
  others.sort((a, b) => distance(a) - distance(b));
  return new Set([oldest, ...others.slice(0, count - 1)]);
}
