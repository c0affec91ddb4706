/** The steps of the history as columns of charts: one value for each few seconds, without holes. */
import type { ConsoleData, Counts, Step } from './types.ts';

/** What the numbers of "now" are taken from. */
export const RECENT_SECONDS = 60;
/** A server that began a minute ago is not shown as a thin line at the edge. */
const MIN_SECONDS = 300;
const MAX_SECONDS = 900;

/** A value a step; null where there is none. */
export type Column = (number | null)[];

export interface Timeline {
  /** Seconds since 1970. */
  readonly times: number[];
  /** What happened in each step. */
  column(value: (step: Step) => number | undefined, missing: number | null): Column;
}

/**
 * The whole steps of the last quarter of an hour, or since traffic began; the one that goes on would
 * look like a fall.
 */
export function timelineOf({ now, steps, stepSeconds }: ConsoleData): Timeline {
  const last = Math.floor(now / stepSeconds) * stepSeconds - stepSeconds;
  const age = Math.ceil((now - (steps[0]?.at ?? now)) / 60 + 0.5) * 60;
  const span = Math.min(Math.max(age, MIN_SECONDS), MAX_SECONDS);
  const times = Array.from(
    { length: span / stepSeconds },
    (_, i) => last - span + (i + 1) * stepSeconds,
  );
  const byTime = new Map(steps.map((step) => [step.at, step]));
  return {
    times,
    column: (value, missing) =>
      times.map((time) => {
        const step = byTime.get(time);
        return step ? (value(step) ?? missing) : missing;
      }),
  };
}

/** Columns → heights of a stack, the first at its bottom. */
export function stacked(columns: readonly Column[]): Column[] {
  let below: Column | undefined;
  return columns.map((column) => {
    below = column.map((value, i) => (value ?? 0) + (below?.[i] ?? 0));
    return below;
  });
}

/** Sums of counts by name over the last seconds, by default the window that drift is measured in. */
export function sumsOf(
  { now, steps, drift }: ConsoleData,
  counts: (step: Step) => Counts,
  seconds = drift.windowSeconds,
): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const step of steps) {
    if (step.at > now - seconds) {
      for (const [name, n] of Object.entries(counts(step))) {
        sums[name] = (sums[name] ?? 0) + n;
      }
    }
  }
  return sums;
}
