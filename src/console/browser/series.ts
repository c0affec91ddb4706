/** The steps of the history as columns of charts: one value for each step, without gaps. */
import type { ConsoleData, HistoryStep } from '../../api/console.ts';

/** Time that a chart shows: a server that started a minute ago is not a thin line at the edge. */
const MIN_SECONDS = 300;
const MAX_SECONDS = 900;

/** One value for each step; null where there is none. */
export type Column = (number | null)[];

export interface ChartSeries {
  readonly name: string;
  /** A custom property of the style sheet: `--known-1`. */
  readonly color: string;
  /** Striped, to be recognised without colours. */
  readonly striped?: boolean;
  readonly dashed?: boolean;
}

/** What a chart shows. */
export interface Plot {
  readonly series: readonly ChartSeries[];
  /** Seconds since 1970. */
  readonly times: number[];
  /** One for each series, from the bottom of a stack to its top. */
  readonly columns: readonly Column[];
  /** Values of the last minutes, for the legend. */
  readonly now?: readonly string[];
}

export interface Timeline {
  /** Seconds since 1970. */
  readonly times: number[];
  /** @param missing where a step has no value. */
  column(value: (step: HistoryStep) => number | undefined, missing: number | null): Column;
}

/** The steps since traffic began; without the last one, which is not over and would look like a fall. */
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

/** Sums of counts by name over the last seconds. */
export function sumsOf(
  { now, steps }: ConsoleData,
  counts: (step: HistoryStep) => Readonly<Record<string, number>>,
  seconds: number,
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
