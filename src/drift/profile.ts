/**
 * The reference profile: the distributions of what the server observes of texts, in the data that a version
 * was trained on. Traffic is compared with it.
 */
import { z } from 'zod';
import { checkJson, parseJson } from '../artifacts/read.ts';

/** What is observed of one prediction. */
export interface Observation {
  readonly language: string;
  readonly label: string;
  readonly score: number;
  readonly tokens: number;
  readonly unknownRatio: number;
}

/** How the features of a profile are read from an observation. Other features of a profile are ignored. */
const FEATURES: Readonly<Record<string, (observation: Observation) => string | number>> = {
  language: ({ language }) => language,
  label: ({ label }) => label,
  score: ({ score }) => score,
  tokens: ({ tokens }) => tokens,
  unknown_ratio: ({ unknownRatio }) => unknownRatio,
};

/** Bins of the features that are numbers; the last bound is the largest possible value. */
const UPPER_BOUNDS = {
  score: [0.45, 0.55, 0.65, 0.75, 0.85, 0.95, 0.99, 1],
  tokens: [8, 12, 16, 20, 24, 28, 32, 36, 40, 48, 64, 1_000_000],
  unknown_ratio: [0, 0.02, 0.05, 0.1, 0.2, 0.5, 1],
};

/** The bin of the categories that have no bin of their own. */
export const OTHER = 'other';

/** Bounds how many series a profile may make the server export. */
const MAX_BINS = 64;

const ratios = z.array(z.number().min(0).max(1)).max(MAX_BINS);
const distributionSchema = z
  .union([
    z.object({ categories: z.array(z.string().min(1)).min(1), ratios }),
    /** A value belongs to the first bin whose upper bound it does not exceed. */
    z.object({ upper_bounds: z.array(z.number()).min(1), ratios }),
  ])
  .refine(
    (distribution) => new Set(binNames(distribution)).size === distribution.ratios.length,
    'expected a ratio for each bin, and no bin twice',
  );

/** Share of the texts in each bin; the shares of a feature add up to 1. */
export type Distribution =
  | { readonly categories: readonly string[]; readonly ratios: readonly number[] }
  | { readonly upper_bounds: readonly number[]; readonly ratios: readonly number[] };

export const profileSchema = z.object({
  texts: z.int().min(0),
  features: z.record(z.string(), distributionSchema),
});

export interface Profile {
  /** How many texts it was measured on; 0 for bins without a reference. */
  readonly texts: number;
  readonly features: Readonly<Record<string, Distribution>>;
}

/**
 * Reads a `profile.json`.
 *
 * @param source the bytes of the file, or its parsed JSON.
 * @param origin which file it is, for the message.
 * @throws ModelError `unfit` where it is not a profile.
 */
export function parseProfile(source: unknown, origin: string): Profile {
  const json = Buffer.isBuffer(source) ? parseJson(source.toString('utf8'), origin) : source;
  return checkJson(profileSchema, json, origin);
}

/** A profile's bins by name: a category, or an upper bound in digits. */
export function binNames(distribution: Distribution): string[] {
  return 'categories' in distribution
    ? [...distribution.categories]
    : distribution.upper_bounds.map(String);
}

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
      finders.set(feature, (observation) => binOf(read(observation)));
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
    const index = new Map<string | number, number>(distribution.categories.map((c, i) => [c, i]));
    const other = index.get(OTHER) ?? -1;
    return (category) => index.get(category) ?? other;
  }
  const bounds = distribution.upper_bounds;
  return (value) => {
    const bin = bounds.findIndex((bound) => (value as number) <= bound);
    return bin < 0 ? bounds.length - 1 : bin;
  };
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
