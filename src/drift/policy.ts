/**
 * When a distance from the training data, or from the deployment's own normal, is an alarm: every threshold,
 * once. The alert rules in deploy/prometheus apply the same thresholds to all replicas together; a test
 * compares the two.
 */
import { UNDETERMINED } from '../inference/language.ts';
import { binNames, type Profile } from './profile.ts';
import type { BinDrift, FeatureDrift } from './psi.ts';

export const DRIFT_POLICY = {
  /**
   * Population stability index: below `moving` a distribution is commonly called stable, above `changed`
   * changed. Source: N. Siddiqi, Credit Risk Scorecards (2006), chapter 10.
   */
  psi: { moving: 0.1, changed: 0.25 },
  /** With fewer observations an index is mostly noise: about (bins − 1) / observations without any change. */
  minObservations: 200,
  foreignLanguage: {
    /** A language with less than this share of the training data is foreign to the model. */
    maxReference: 0.01,
    /** Its share of the traffic is above its share of the training data by more than this. */
    minExcess: 0.01,
    /** From this share of the traffic on, a person has to act now. */
    pageShare: 0.05,
    minTexts: 10,
    minObservations: 100,
  },
  /** Texts without a language, above the normal, or above the training data where there is no normal. */
  undetermined: { minExcess: 0.06, standardErrors: 3 },
  /**
   * The share of a label off the normal by more than `minDifference`, by more than so many standard
   * deviations of the normal, and by more than so many standard errors of the observed share.
   */
  labelMix: {
    minDifference: 0.05,
    deviations: 4,
    /** While the normal is of less than a day of Prometheus' history; a pinned one never is. */
    minDifferenceOfFirstDay: 0.07,
  },
  /** Of the stability index against the normal; noise: 0.02 for 500 texts in 12 bins, 0.03 for 1,000 in 32. */
  score: { maxIndex: 0.1, minObservations: 500 },
  length: { maxIndex: 0.1, minObservations: 500 },
  topic: { maxIndex: 0.1, minObservations: 1000 },
  /** The share of texts with an unknown token, above that of the training data. */
  unknownTokens: { minExcess: 0.05 },
} as const;

export type Verdict = 'too_few' | 'stable' | 'moving' | 'changed';

export function verdictOf({
  stabilityIndex,
  observations,
}: Pick<FeatureDrift, 'stabilityIndex' | 'observations'>): Verdict {
  const { psi, minObservations } = DRIFT_POLICY;
  if (stabilityIndex === undefined || observations < minObservations) {
    return 'too_few';
  }
  if (stabilityIndex > psi.changed) {
    return 'changed';
  }
  return stabilityIndex < psi.moving ? 'stable' : 'moving';
}

/** Languages that the model knows from its training. */
export function knownLanguages({ features }: Profile): string[] {
  const languages = features.language;
  return languages
    ? binNames(languages).filter(
        (_, i) => (languages.ratios[i] as number) >= DRIFT_POLICY.foreignLanguage.maxReference,
      )
    : [];
}

/** Languages that are rare in the training data and frequent in the traffic, the largest share first. */
export function foreignLanguages(drift: readonly FeatureDrift[]): BinDrift[] {
  const { maxReference, minExcess, minTexts, minObservations } = DRIFT_POLICY.foreignLanguage;
  const language = drift.find(({ feature }) => feature === 'language');
  if (!language || language.observations < minObservations) {
    return [];
  }
  return language.bins
    .filter(
      ({ bin, count, observed, reference }) =>
        bin !== UNDETERMINED &&
        reference < maxReference &&
        count >= minTexts &&
        observed > reference + minExcess,
    )
    .sort((a, b) => b.observed - a.observed);
}
