/** The steps of a history as columns of charts: one value for each step, without gaps. */
import type { ConsoleData, FleetHistory, HistoryStep } from '../../api/console.ts';

/** Time that a chart of this replica shows: one that started a minute ago is no thin line at the edge. */
const MIN_SECONDS = 300;
const MAX_SECONDS = 900;

/** What the charts show: this replica, or all of them. */
export interface Source {
  /** Seconds since 1970. */
  readonly now: number;
  readonly stepSeconds: number;
  readonly spanSeconds: number;
  readonly steps: readonly HistoryStep[];
  /** Texts of the last minutes by language. */
  readonly lasting: Readonly<Record<string, number>>;
  readonly marks: readonly Mark[];
}

/** A moment of a chart. */
export interface Mark {
  readonly at: number;
  readonly text: string;
}

export function replicaSource(data: ConsoleData): Source {
  const { now, steps, stepSeconds, lasting } = data;
  const age = Math.ceil((now - (steps[0]?.at ?? now)) / 60 + 0.5) * 60;
  const spanSeconds = Math.min(Math.max(age, MIN_SECONDS), MAX_SECONDS);
  const languages = sumsOf(data, (step) => step.languages, lasting.windowSeconds);
  return { now, stepSeconds, spanSeconds, steps, lasting: languages, marks: [] };
}

export function fleetSource(history: Extract<FleetHistory, { status: 'ok' }>): Source {
  const marks = history.deploys.map(({ at, tag, commit }) => ({
    at,
    text: tag || commit.slice(0, 8),
  }));
  return { ...history, marks };
}

/** One value for each step; null where there is none. */
export type Column = (number | null)[];

export interface ChartSeries {
  readonly name: string;
  /** A custom property of the style sheet: `--language-1`. */
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
  readonly marks: readonly Mark[];
  /** Values of the last minutes, for the legend. */
  readonly now?: readonly string[];
}

export interface Timeline {
  /** Seconds since 1970. */
  readonly times: number[];
  /** @param missing where a step has no value. */
  column(value: (step: HistoryStep) => number | undefined, missing: number | null): Column;
}

/** The steps of the span; without the last one, which is not over and would look like a fall. */
export function timelineOf({ now, steps, stepSeconds, spanSeconds }: Source): Timeline {
  const last = Math.floor(now / stepSeconds) * stepSeconds - stepSeconds;
  const times = Array.from(
    { length: spanSeconds / stepSeconds },
    (_, i) => last - spanSeconds + (i + 1) * stepSeconds,
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
  { now, steps }: Pick<Source, 'now' | 'steps'>,
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
