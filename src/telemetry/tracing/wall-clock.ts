/** The system's time for what was measured by `performance.now()`. */

/** Of the system's clock, which is set from time to time. */
const MAX_DRIFT_MS = 2;

let offsetMs = performance.timeOrigin;

/**
 * @param time of `performance.now()`.
 * @returns milliseconds since 1970, with fractions. Two times keep their distance, unless the clock was set.
 */
export function toEpochMs(time: number): number {
  // The thread may be interrupted between two readings, and the system's are whole milliseconds, rounded down.
  const before = performance.now();
  const systemMs = Date.now();
  const after = performance.now();
  const least = systemMs - (after + offsetMs);
  const most = systemMs + 1 - (before + offsetMs);
  if (least > MAX_DRIFT_MS) {
    offsetMs += least;
  } else if (most < -MAX_DRIFT_MS) {
    offsetMs += most;
  }
  return time + offsetMs;
}
