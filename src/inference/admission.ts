/**
 * Which requests may wait. A text that waits longer than its client does is computed in vain, so a
 * queue that does not become empty is limited by what can be answered in time, not by its capacity.
 *
 * The distinction is that of CoDel (RFC 8289): a burst fills a queue and leaves it again; a standing
 * queue only adds latency.
 */
import type { Position } from './fair-queue.ts';

/** A burst may wait for this share of the request timeout. */
const BURST_SHARE = 0.5;
/** A queue that has not been empty for this time is a standing queue. */
const STANDING_AFTER_MS = 2_000;
/** A standing queue may wait for this share: otherwise every answer would stay late after the load. */
const STANDING_SHARE = 0.1;

/**
 * Every second batch takes the texts that have waited longest, the others those that are first in the
 * fair order: a text waits at most for twice what is before it in one of the orders.
 */
const ORDERS = 2;

/** A client is not told to wait longer: the load may end at any time. */
const MAX_RETRY_AFTER_MS = 60_000;

/** Longer, nothing happens only while the process itself stands still. */
const MAX_GAP_MS = 500;

/** How long the queue has not been empty, without the times when the process stood still. */
export interface BusyPeriod {
  ms: number;
  /** When it was advanced last. */
  at: number;
}

/** To be called with each event of the queue. */
export function advance(period: BusyPeriod, nowMs: number, isEmpty: boolean): void {
  period.ms = isEmpty ? 0 : period.ms + Math.min(nowMs - period.at, MAX_GAP_MS);
  period.at = nowMs;
}

export interface Load extends Position {
  /** Cost of the request. */
  readonly added: number;
  /** Cost of all texts that wait. */
  readonly queued: number;
  /** How long the queue has not been empty. */
  readonly busyMs: number;
  /** Cost that the workers complete in a millisecond; undefined before it is known. */
  readonly rate: number | undefined;
}

export interface AdmissionLimits {
  /** Maximum cost of the texts that wait. */
  readonly capacity: number;
  /** So much may always wait: while all workers run long batches, no text leaves the queue. */
  readonly minLimit: number;
  /** How long a request may take. */
  readonly requestTimeoutMs: number;
}

export type Verdict =
  /** `evicted`: cost of later texts that have to leave the queue. */
  | { readonly type: 'admitted'; readonly evicted: number }
  | { readonly type: 'queue-full'; readonly retryAfterMs: number }
  | {
      readonly type: 'would-wait-too-long';
      readonly waitMs: number;
      readonly maxWaitMs: number;
      readonly retryAfterMs: number;
    };

/** Decides on one request. */
export function decide(load: Load, limits: AdmissionLimits): Verdict {
  const { queued, rate, busyMs } = load;
  const maxWaitMs =
    limits.requestTimeoutMs * (busyMs < STANDING_AFTER_MS ? BURST_SHARE : STANDING_SHARE);
  if (rate !== undefined && queued + load.added > limits.minLimit) {
    // In the fair order, the last text comes after those of other clients that are yet to be submitted.
    const waitMs = Math.max(Math.min(ORDERS * load.beforeLast, queued), load.debt) / rate;
    if (waitMs > maxWaitMs) {
      const retryAfterMs = Math.min(waitMs - maxWaitMs, MAX_RETRY_AFTER_MS);
      return { type: 'would-wait-too-long', waitMs, maxWaitMs, retryAfterMs };
    }
  }
  return decideOnRoom(load, limits);
}

function decideOnRoom(
  { added, queued, beforeFirst, isWaiting, rate }: Load,
  { capacity }: AdmissionLimits,
): Verdict {
  const excess = queued + added - capacity;
  if (excess <= 0 || queued === 0) {
    return { type: 'admitted', evicted: 0 };
  }
  // Where a few texts always wait, a large request would never fit: one of a client that has no other
  // may exceed the capacity.
  const mayExceed = !isWaiting && added <= capacity && beforeFirst <= capacity / 2;
  if (mayExceed || beforeFirst + added <= capacity) {
    return { type: 'admitted', evicted: excess };
  }
  const retryAfterMs = rate === undefined ? 0 : Math.min(excess / rate, MAX_RETRY_AFTER_MS);
  return { type: 'queue-full', retryAfterMs };
}
