/**
 * How many texts may wait. A text that waits longer than its client does is computed in vain, so a
 * queue that does not become empty is limited by what can be answered in time, not by its capacity.
 *
 * The distinction is that of CoDel (RFC 8289): a burst fills a queue and leaves it again; a standing
 * queue only adds latency.
 */

/** Before this time in a busy period, too few texts have left the queue to estimate the rate. */
const MIN_MEASURED_MS = 500;
/** A burst may wait for this share of the request timeout. */
const BURST_SHARE = 0.5;
/** A queue that has not been empty for this time is a standing queue. */
const STANDING_AFTER_MS = 2_000;
/** A standing queue may wait for this share: otherwise every answer would stay late after the load. */
const STANDING_SHARE = 0.1;

/** The time since the queue was empty (queueing theory: busy period). */
export interface BusyPeriod {
  readonly startedAt: number;
  /** Texts that have left the queue since. */
  dequeued: number;
}

export interface AdmissionLimits {
  /** Maximum number of texts that wait. */
  readonly capacity: number;
  /** May always wait: while all workers run long batches, no text leaves the queue. */
  readonly minLimit: number;
  /** How long a request may take. */
  readonly requestTimeoutMs: number;
}

/** @returns the maximum length of the queue. */
export function queueLimit(
  { startedAt, dequeued }: BusyPeriod,
  nowMs: number,
  { capacity, minLimit, requestTimeoutMs }: AdmissionLimits,
): number {
  const busyMs = nowMs - startedAt;
  if (busyMs < MIN_MEASURED_MS) {
    return capacity;
  }
  const share = busyMs < STANDING_AFTER_MS ? BURST_SHARE : STANDING_SHARE;
  const inTime = Math.ceil((dequeued / busyMs) * requestTimeoutMs * share);
  return Math.min(capacity, Math.max(inTime, minLimit));
}
