/**
 * The reference profile: the distributions of what the server observes of texts, in the data that a version
 * was trained on. Traffic is compared with it.
 */
import { binNames, type Distribution, type Profile } from '../artifacts/profile.ts';
import { TOPIC_BINS } from '../inference/topic/topic.ts';

export { binNames, type Distribution, type Profile };

/** What is observed of one prediction. */
export interface Observation {
  readonly language: string;
  readonly label: string;
  readonly score: number;
  readonly tokens: number;
  readonly unknownRatio: number;
  /** Undefined where the version has no topics. */
  readonly topic?: number | undefined;
}

/** How the features of a profile are read from an observation. Other features of a profile are ignored. */
const FEATURES: Readonly<
  Record<string, (observation: Observation) => string | number | undefined>
> = {
  language: ({ language }) => language,
  label: ({ label }) => label,
  score: ({ score }) => score,
  tokens: ({ tokens }) => tokens,
  unknown_ratio: ({ unknownRatio }) => unknownRatio,
  topic: ({ topic }) => topic,
};

/** Bins of the features that are numbers; the last bound is the largest possible value. */
const UPPER_BOUNDS = {
  score: [0.45, 0.55, 0.65, 0.75, 0.85, 0.95, 0.99, 1],
  tokens: [8, 12, 16, 20, 24, 28, 32, 36, 40, 48, 64, 1_000_000],
  unknown_ratio: [0, 0.02, 0.05, 0.1, 0.2, 0.5, 1],
};

/** The bin of the categories that have no bin of their own. */
export const OTHER = 'other';

/** How many observations fell into each bin of a feature. */
export type Counts = Readonly<Record<string, readonly number[]>>;

export interface Tally {
  add(observation: Observation): void;
  /** By feature, in the order of the profile; later calls of `add` change them. */
  readonly counts: Counts;
}

/** Returns the index of an observation's bin, −1 where there is none. */
export type FindBin = (observation: Observation) => number;

/** How the bin of an observation is found, by feature; features that are not observed are left out. */
export function binFinders({ features }: Pick<Profile, 'features'>): Map<string, FindBin> {
  const finders = new Map<string, FindBin>();
  for (const [feature, distribution] of Object.entries(features)) {
    const read = FEATURES[feature];
    if (read) {
      const binOf = binFinder(distribution);
      finders.set(feature, (observation) => {
        const value = read(observation);
        return value === undefined ? -1 : binOf(value);
      });
    }
  }
  return finders;
}

/** Counts observations into the bins of a profile. */
export function createTally(profile: Pick<Profile, 'features'>): Tally {
  const counts: Record<string, number[]> = {};
  const counters: ((observation: Observation) => void)[] = [];
  for (const [feature, findBin] of binFinders(profile)) {
    const bins = new Array<number>(profile.features[feature]?.ratios.length ?? 0).fill(0);
    counts[feature] = bins;
    counters.push((observation) => {
      const bin = findBin(observation);
      if (bin >= 0) {
        bins[bin] = (bins[bin] as number) + 1;
      }
    });
  }
  return {
    counts,
    add: (observation) => {
      for (const count of counters) {
        count(observation);
      }
    },
  };
}

/** @returns a function from a value to the index of its bin, −1 where there is none. */
function binFinder(distribution: Distribution): (value: string | number) => number {
  if ('categories' in distribution) {
    const index = new Map(distribution.categories.map((category, i) => [category, i]));
    const other = index.get(OTHER) ?? -1;
    return (category) => index.get(String(category)) ?? other;
  }
  const bounds = distribution.upper_bounds;
  return (value) => {
    const bin = bounds.findIndex((bound) => (value as number) <= bound);
    return bin < 0 ? bounds.length - 1 : bin;
  };
}

/**
 * The bins of a profile, and those of the topics, which no training data were counted in: they can only be
 * compared with the deployment's normal.
 */
export function withTopic(profile: Profile): Profile {
  const categories = Array.from({ length: TOPIC_BINS }, (_, bin) => String(bin));
  const topic = { categories, ratios: categories.map(() => 0) };
  return { ...profile, features: { ...profile.features, topic: profile.features.topic ?? topic } };
}

/** Whether a feature has shares to compare with, not only bins. */
export function hasReference({ texts, features }: Profile, feature: string): boolean {
  return texts > 0 && (features[feature]?.ratios.some((ratio) => ratio > 0) ?? false);
}

/** Bins for a version without a profile; all ratios are 0. */
export function emptyProfile(labels: readonly string[], languages: readonly string[]): Profile {
  const features: Record<string, Distribution> = {};
  for (const [feature, categories] of [
    ['language', [...languages, OTHER]],
    ['label', [...labels]],
  ] as const) {
    features[feature] = { categories, ratios: categories.map(() => 0) };
  }
  for (const [feature, bounds] of Object.entries(UPPER_BOUNDS)) {
    features[feature] = { upper_bounds: bounds, ratios: bounds.map(() => 0) };
  }
  return { texts: 0, features };
}

/** Measures the profile of observations. */
export function profileOf(bins: Profile, observations: readonly Observation[]): Profile {
  const { add, counts } = createTally(bins);
  observations.forEach(add);
  const texts = observations.length;
  const features = Object.entries(bins.features).map(([feature, distribution]) => [
    feature,
    {
      ...distribution,
      ratios: (counts[feature] ?? []).map((n) => Number((n / Math.max(texts, 1)).toFixed(6))),
    },
  ]);
  return { texts, features: Object.fromEntries(features) };
}
