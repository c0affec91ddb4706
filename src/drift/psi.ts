/**
 * How far traffic has moved from the data that a version was trained on. The rules in
 * deploy/prometheus say the same of all replicas together, with the same numbers.
 */
import { UNDETERMINED } from '../inference/language.ts';
import { binNames, type Counts, type Profile } from './profile.ts';

/** A bin that nothing is in would make the index infinite. */
const LEAST_RATIO = 1e-4;

/** A language that the training data has less of is foreign to the model. */
const FOREIGN_BELOW = 0.01;

/** What it takes for a foreign language to be more than a few strays. */
const FOREIGN_EXCESS = 0.01;
const FOREIGN_TEXTS = 10;

const LEAST_FOR_LANGUAGES = 100;
/** Below it, an index is mostly noise: without any change, about (B − 1) / n for n texts over B bins. */
export const MIN_OBSERVATIONS = 200;
export const CHANGED_ABOVE = 0.25;

const UNSURE_BELOW = 0.7;
const UNSURE_EXCESS = 0.15;
const UNKNOWN_EXCESS = 0.05;

export interface BinDrift {
  readonly bin: string;
  readonly count: number;
  /** Share of the observations, and of the training data. */
  readonly observed: number;
  readonly reference: number;
  /** What the bin adds to the feature's stability index. */
  readonly contribution: number;
}

export interface FeatureDrift {
  readonly feature: string;
  readonly observations: number;
  /** Population stability index; undefined without observations. */
  readonly stabilityIndex: number | undefined;
  readonly bins: readonly BinDrift[];
}

/**
 * Holds counted observations against the profile whose bins they were counted into.
 *
 * @returns nothing where the profile is of no text, and only has bins.
 */
export function measureDrift(profile: Profile, counts: Counts): FeatureDrift[] {
  return Object.entries(counts).flatMap(([feature, bins]) => {
    const reference = profile.features[feature];
    if (!reference || profile.texts === 0) {
      return [];
    }
    const observations = bins.reduce((total, n) => total + n, 0);
    const compared = binNames(reference).map((bin, i) => {
      const count = bins[i] ?? 0;
      const ratios = {
        observed: observations === 0 ? 0 : count / observations,
        reference: reference.ratios[i] as number,
      };
      return { bin, count, ...ratios, contribution: contributionOf(ratios) };
    });
    return {
      feature,
      observations,
      stabilityIndex:
        observations === 0
          ? undefined
          : compared.reduce((total, { contribution }) => total + contribution, 0),
      bins: compared,
    };
  });
}

/**
 * (q − p) · ln(q / p), summed over the bins the population stability index: below 0.1 a distribution
 * is commonly called stable, above 0.25 changed. Source: N. Siddiqi, Credit Risk Scorecards (2006),
 * chapter 10.
 */
export function contributionOf({
  observed,
  reference,
}: Pick<BinDrift, 'observed' | 'reference'>): number {
  const q = Math.max(observed, LEAST_RATIO);
  const p = Math.max(reference, LEAST_RATIO);
  return (q - p) * Math.log(q / p);
}

/** Languages that the model knows from its training. */
export function knownLanguages({ features }: Profile): string[] {
  const languages = features.language;
  return languages
    ? binNames(languages).filter((_, i) => (languages.ratios[i] as number) >= FOREIGN_BELOW)
    : [];
}

/** Languages that the model hardly saw in training and that traffic has, the largest share first. */
export function foreignLanguages(drift: readonly FeatureDrift[]): BinDrift[] {
  const language = drift.find(({ feature }) => feature === 'language');
  if (!language || language.observations < LEAST_FOR_LANGUAGES) {
    return [];
  }
  return language.bins
    .filter(
      ({ bin, count, observed, reference }) =>
        bin !== UNDETERMINED &&
        reference < FOREIGN_BELOW &&
        count >= FOREIGN_TEXTS &&
        observed > reference + FOREIGN_EXCESS,
    )
    .sort((a, b) => b.observed - a.observed);
}

/** What the alert rules in deploy/prometheus/alerts-drift.yml would say of a window. */
export interface DriftAlarms {
  readonly foreignLanguages: readonly BinDrift[];
  /** The labels are not those of the training data. */
  readonly labelMix: boolean;
  /** The model has become unsure. */
  readonly scoreCollapse: boolean;
  /** Texts have tokens that the vocabulary does not know. */
  readonly unknownTokens: boolean;
}

/** @param drift of one window; the rules ask besides that what they find lasts for two minutes. */
export function driftAlarms(drift: readonly FeatureDrift[]): DriftAlarms {
  const enough = (name: string): FeatureDrift | undefined =>
    drift.find(({ feature, observations }) => feature === name && observations >= MIN_OBSERVATIONS);
  const excess = (name: string, among: (bin: string) => boolean): number =>
    (enough(name)?.bins ?? [])
      .filter(({ bin }) => among(bin))
      .reduce((total, { observed, reference }) => total + observed - reference, 0);
  return {
    foreignLanguages: foreignLanguages(drift),
    labelMix: (enough('label')?.stabilityIndex ?? 0) > CHANGED_ABOVE,
    scoreCollapse: excess('score', (bin) => Number(bin) < UNSURE_BELOW) > UNSURE_EXCESS,
    unknownTokens: excess('unknown_ratio', (bin) => Number(bin) > 0) > UNKNOWN_EXCESS,
  };
}
