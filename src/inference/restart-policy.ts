/** What happens after a worker died: whether its job runs again, and when the next worker starts. */

/** The second death is taken as the fault of the batch. */
const MAX_ATTEMPTS = 2;
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;

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
