/** The stability index of each feature over time, in memory that does not grow with the log. */
import type { Counts, Profile } from '../profile.ts';
import { measureDrift } from '../psi.ts';

/** One window of the series. */
export interface IndexWindow {
  /** When it begins, ISO 8601. */
  readonly from: string;
  readonly seconds: number;
  readonly predictions: number;
  /** Population stability index by feature. */
  readonly psi: Readonly<Record<string, number>>;
}

export interface IndexSeries {
  /** @param time milliseconds since 1970. @param bin its index in the profile. */
  add(time: number, feature: string, bin: number): void;
  /** In the order of time; those without predictions are absent. */
  windows(): IndexWindow[];
}

const MIN_SECONDS = 60;
/** With more, two neighbours become one. */
const MAX_WINDOWS = 240;

type MutableCounts = Record<string, number[]>;

export function createIndexSeries(profile: Profile): IndexSeries {
  let seconds = MIN_SECONDS;
  let windows = new Map<number, MutableCounts>();
  const widen = (): void => {
    seconds *= 2;
    const wider = new Map<number, MutableCounts>();
    for (const [at, counts] of windows) {
      const window = Math.floor(at / 2);
      wider.set(window, addCounts(wider.get(window) ?? {}, counts));
    }
    windows = wider;
  };
  return {
    add: (time, feature, bin) => {
      const at = Math.floor(time / 1000 / seconds);
      const counts = windows.get(at) ?? {};
      windows.set(at, counts);
      counts[feature] ??= new Array<number>(profile.features[feature]?.ratios.length ?? 0).fill(0);
      const bins = counts[feature];
      bins[bin] = (bins[bin] ?? 0) + 1;
      while (windows.size > MAX_WINDOWS) {
        widen();
      }
    },
    windows: () =>
      [...windows]
        .sort(([a], [b]) => a - b)
        .map(([at, counts]) => windowOf(profile, counts, { at, seconds })),
  };
}

function windowOf(
  profile: Profile,
  counts: Counts,
  { at, seconds }: { readonly at: number; readonly seconds: number },
): IndexWindow {
  const measured = measureDrift(profile, counts);
  return {
    from: new Date(at * seconds * 1000).toISOString(),
    seconds,
    predictions: Math.max(0, ...measured.map(({ observations }) => observations)),
    psi: Object.fromEntries(
      measured.flatMap(({ feature, stabilityIndex }) =>
        stabilityIndex === undefined ? [] : [[feature, Number(stabilityIndex.toFixed(4))]],
      ),
    ),
  };
}

function addCounts(sum: MutableCounts, counts: MutableCounts): MutableCounts {
  for (const [feature, bins] of Object.entries(counts)) {
    const added = sum[feature];
    sum[feature] = added ? added.map((count, i) => count + (bins[i] ?? 0)) : bins;
  }
  return sum;
}
