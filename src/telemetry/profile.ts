/**
 * The reference profile: how what the server observes of texts is distributed in the data that a
 * version was trained on, so that traffic can be held against it.
 */

/** What is observed of one prediction. */
export interface Observation {
  readonly language: string;
  readonly label: string;
  readonly score: number;
  readonly tokens: number;
  readonly unknownRatio: number;
}

/** Share of the texts in each bin; the shares of a feature add up to 1. */
export type Distribution =
  | { readonly categories: readonly string[]; readonly ratios: readonly number[] }
  /** A value lies in the first bin whose upper bound it does not exceed. */
  | { readonly upper_bounds: readonly number[]; readonly ratios: readonly number[] };

export interface Profile {
  /** How many texts were counted. */
  readonly texts: number;
  readonly features: Readonly<Record<string, Distribution>>;
}

/** Bins of the features that are numbers; the last bound is the largest value there is. */
const UPPER_BOUNDS = {
  score: [0.45, 0.55, 0.65, 0.75, 0.85, 0.95, 0.99, 1],
  tokens: [8, 12, 16, 20, 24, 28, 32, 36, 40, 48, 64, 1_000_000],
  unknown_ratio: [0, 0.02, 0.05, 0.1, 0.2, 0.5, 1],
};

export interface Tally {
  add(observation: Observation): void;
  profile(): Profile;
}

/**
 * Counts observations into bins.
 *
 * @param languages that are told apart; all others count as `other`.
 */
export function createTally(labels: readonly string[], languages: readonly string[]): Tally {
  const categories = { language: [...languages, 'other'], label: [...labels] };
  const counts = Object.fromEntries(
    [...Object.entries(categories), ...Object.entries(UPPER_BOUNDS)].map(([feature, bins]) => [
      feature,
      new Array<number>(bins.length).fill(0),
    ]),
  );
  let texts = 0;

  const count = (feature: string, bin: number): void => {
    const bins = counts[feature] as number[];
    bins[bin] = (bins[bin] as number) + 1;
  };
  const countNumber = (feature: keyof typeof UPPER_BOUNDS, value: number): void =>
    count(
      feature,
      UPPER_BOUNDS[feature].findIndex((bound) => value <= bound),
    );

  return {
    add({ language, label, score, tokens, unknownRatio }) {
      const at = languages.indexOf(language);
      count('language', at < 0 ? languages.length : at);
      count('label', labels.indexOf(label));
      countNumber('score', score);
      countNumber('tokens', tokens);
      countNumber('unknown_ratio', unknownRatio);
      texts++;
    },
    profile: () => {
      const ratios = (feature: string): number[] =>
        (counts[feature] as number[]).map((n) => Number((n / Math.max(texts, 1)).toFixed(6)));
      const features: Record<string, Distribution> = {};
      for (const [feature, bins] of Object.entries(categories)) {
        features[feature] = { categories: bins, ratios: ratios(feature) };
      }
      for (const [feature, bins] of Object.entries(UPPER_BOUNDS)) {
        features[feature] = { upper_bounds: bins, ratios: ratios(feature) };
      }
      return { texts, features };
    },
  };
}
