/** Which of the texts that wait form the next batch. */
import { COST_PER_TEXT } from './cost.ts';

/** Only so many texts are searched for similar lengths, so that the cost of a selection is bounded. */
export const WINDOW = 64;

/**
 * Of its equal share of the queue, what a worker receives that becomes idle while the others are busy:
 * more texts arrive before the next one is idle. Not all of the queue, or the next worker might find a
 * single text. Chosen by measurement: docs/decisions/0009-batching-and-sessions.md.
 */
const SINGLE_WORKER_SHARE = 1.4;

export interface Load {
  /** Cost of the texts that wait. */
  readonly queued: number;
  readonly workers: number;
  readonly idleWorkers: number;
}

/**
 * Workers that are idle at the same time receive equal shares, so that one request of many texts uses
 * all of them.
 *
 * @param maxBatch maximum number of texts in a batch; long texts count as several.
 * @returns the maximum cost of the next batch of each idle worker.
 */
export function batchCost({ queued, workers, idleWorkers }: Load, maxBatch: number): number {
  const share = idleWorkers > 1 ? 1 : SINGLE_WORKER_SHARE;
  const texts = Math.ceil((share * queued) / workers / COST_PER_TEXT);
  return Math.min(maxBatch, texts) * COST_PER_TEXT;
}

interface Candidate {
  /** Estimated number of tokens. */
  readonly length: number;
  readonly cost: number;
}

/**
 * Selects the first text, whatever its cost, and those nearest to it in length.
 *
 * @param candidates at least one.
 */
export function selectBatch<T extends Candidate>(
  candidates: readonly T[],
  maxCost: number,
): Set<T> {
  const [first, ...others] = candidates as [T, ...T[]];
  const distance = ({ length }: T): number => Math.abs(length - first.length);
  others.sort((a, b) => distance(a) - distance(b));
  const batch = new Set([first]);
  let total = first.cost;
  for (const other of others) {
    total += other.cost;
    if (total > maxCost) {
      break;
    }
    batch.add(other);
  }
  return batch;
}
