/** The system's time for what was measured by `performance.now()`. */

/** Of the system's clock, which is set from time to time. */
const MAX_DRIFT_MS = 2;

let offsetMs = performance.timeOrigin;

/**
 * @param time of `performance.now()`.
 * @returns milliseconds since 1970, with fractions. Two times keep their distance, unless the clock was set.
 */
export function toEpochMs(time: number): number {
  const driftMs = Date.now() - (performance.now() + offsetMs);
  if (Math.abs(driftMs) > MAX_DRIFT_MS) {
    offsetMs += driftMs;
  }
  return time + offsetMs;
}
