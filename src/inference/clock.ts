/** One clock for all threads of a process. */

/** The scheduler may interrupt a thread between two readings; the shortest of a few attempts is not. */
const ATTEMPTS = 5;

/**
 * `performance.now()` counts from another moment in each thread, `process.hrtime()` from the same one in all.
 *
 * @returns milliseconds to add to `performance.now()` of this thread, which give the time that they share.
 */
export function clockOffsetMs(): number {
  let best = { offsetMs: 0, tookMs: Number.POSITIVE_INFINITY };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = performance.now();
    const [seconds, nanoseconds] = process.hrtime();
    const after = performance.now();
    if (after - before < best.tookMs) {
      const sharedMs = 1e3 * seconds + nanoseconds / 1e6;
      best = { offsetMs: sharedMs - (before + after) / 2, tookMs: after - before };
    }
  }
  return best.offsetMs;
}
