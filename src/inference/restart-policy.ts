/** When a worker is lost, whether its job runs again, and when the next worker starts. */

/** The second death is taken as the fault of the batch. */
const MAX_ATTEMPTS = 2;
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;

/** Much longer than the slowest batch takes, with the largest models and batches on a slow machine. */
const MIN_HUNG_MS = 120_000;
/** Of the request timeout: long before, nobody waits for the job any more. */
const TIMEOUTS = 3;
/** Longer timers end at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * How long a job may run before its worker is taken for hung.
 *
 * @param requestTimeoutMs Infinity where requests have no timeout.
 */
export function hungAfterMs(requestTimeoutMs: number): number {
  const timeouts = Number.isFinite(requestTimeoutMs) ? TIMEOUTS * requestTimeoutMs : 0;
  return Math.min(Math.max(MIN_HUNG_MS, timeouts), MAX_TIMER_MS);
}

/** Whether a job runs again that has killed so many workers. */
export function mayRetry(attempts: number): boolean {
  return attempts < MAX_ATTEMPTS;
}

/**
 * A worker that was ready is replaced at once; one that dies before it is ready, after 1 s, 2 s, 4 s …
 *
 * @param failedStarts workers in succession that died before they were ready.
 */
export function restartDelayMs(failedStarts: number): number {
  return failedStarts === 0 ? 0 : Math.min(FIRST_DELAY_MS * 2 ** (failedStarts - 1), MAX_DELAY_MS);
}
