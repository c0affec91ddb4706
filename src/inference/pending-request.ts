/** A request whose texts wait for a worker or are run by one. */
import type { BatchTimes, ClassifyOptions } from './classify-options.ts';
import { costOf, estimateTokens } from './cost.ts';
import type { TextResult } from './text-result.ts';

export interface PendingRequest {
  readonly queuedAt: number;
  readonly results: TextResult[];
  readonly texts: Set<QueuedText>;
  /** How many results are missing. */
  missing: number;
  isSettled: boolean;
  readonly onBatch: ClassifyOptions['onBatch'];
  resolve(results: TextResult[]): void;
  reject(error: unknown): void;
}

/** A text that waits or runs. */
export interface QueuedText {
  readonly text: string;
  /** Estimated number of tokens that the model receives. */
  readonly length: number;
  /** As `costOf` returns it. */
  readonly cost: number;
  readonly queuedAt: number;
  /** The requests that receive its result, and as which of their texts. */
  waiters: { readonly request: PendingRequest; readonly index: number }[];
  /** Once it runs: its result is not needed any more. */
  giveUp?: () => void;
}

/** @param window maximum number of tokens. */
export function toQueuedText(text: string, queuedAt: number, window: number): QueuedText {
  const length = Math.min(estimateTokens(text), window);
  return { text, length, cost: costOf(length), queuedAt, waiters: [] };
}

/** Adds the result of a text to the requests that wait for it, and resolves those it completes. */
export function deliver({ waiters }: QueuedText, result: TextResult): void {
  for (const { request, index } of waiters) {
    request.results[index] = result;
    request.missing--;
    if (request.missing === 0) {
      request.isSettled = true;
      request.resolve(request.results);
    }
  }
}

/**
 * Rejects a request, unless it is settled.
 *
 * @returns its texts that no other request waits for.
 */
export function rejectRequest(request: PendingRequest, error: unknown): Set<QueuedText> {
  const abandoned = new Set<QueuedText>();
  if (request.isSettled) {
    return abandoned;
  }
  request.isSettled = true;
  for (const queued of request.texts) {
    queued.waiters = queued.waiters.filter((waiter) => waiter.request !== request);
    if (queued.waiters.length === 0) {
      abandoned.add(queued);
    }
  }
  request.reject(error);
  return abandoned;
}

/** Calls `onBatch` of each request that had texts in a batch. */
export function reportBatch(batch: readonly QueuedText[], times: Omit<BatchTimes, 'texts'>): void {
  let requests: Set<PendingRequest> | undefined;
  for (const { waiters } of batch) {
    for (const { request } of waiters) {
      if (request.onBatch) {
        requests ??= new Set();
        requests.add(request);
      }
    }
  }
  if (requests) {
    const reported: BatchTimes = { ...times, texts: batch.length };
    for (const { queuedAt, onBatch } of requests) {
      onBatch?.(reported, queuedAt);
    }
  }
}
