/**
 * When a distance from the training data is an alarm: every threshold, once. The alert rules in
 * deploy/prometheus apply the same thresholds to all replicas together; a test compares the two.
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
    minTexts: 10,
    minObservations: 100,
  },
  /** The share of predictions with a score of at most `maxScore`, above that of the training data. */
  scoreCollapse: { maxScore: 0.65, minExcess: 0.15 },
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

/** Shares of the traffic and of the training data that are in some bins of a feature. */
export interface Excess {
  readonly observed: number;
  readonly reference: number;
}

/** What is an alarm in one window; null and the empty list where there is none. */
export interface DriftAlarms {
  readonly foreignLanguages: readonly BinDrift[];
  /** The predicted labels are not mixed as in the training data. */
  readonly labelMix: { readonly stabilityIndex: number } | null;
  /** Scores are low more often than in the training data. */
  readonly scoreCollapse: (Excess & { readonly maxScore: number }) | null;
  /** Texts have tokens that the vocabulary does not know. */
  readonly unknownTokens: Excess | null;
}

/** @param drift of one window; the rules require besides that the condition lasts for two minutes. */
export function driftAlarms(drift: readonly FeatureDrift[]): DriftAlarms {
  const { psi, minObservations, scoreCollapse, unknownTokens } = DRIFT_POLICY;
  const measured = (name: string): FeatureDrift | undefined =>
    drift.find(({ feature, observations }) => feature === name && observations >= minObservations);
  const excess = (
    name: string,
    minExcess: number,
    isCounted: (bin: number) => boolean,
  ): Excess | null => {
    const bins = (measured(name)?.bins ?? []).filter(({ bin }) => isCounted(Number(bin)));
    const observed = bins.reduce((total, bin) => total + bin.observed, 0);
    const reference = bins.reduce((total, bin) => total + bin.reference, 0);
    return observed > reference + minExcess ? { observed, reference } : null;
  };
  const stabilityIndex = measured('label')?.stabilityIndex ?? 0;
  const { maxScore } = scoreCollapse;
  const lowScores = excess('score', scoreCollapse.minExcess, (bin) => bin <= maxScore);
  return {
    foreignLanguages: foreignLanguages(drift),
    labelMix: stabilityIndex > psi.changed ? { stabilityIndex } : null,
    scoreCollapse: lowScores && { ...lowScores, maxScore },
    unknownTokens: excess('unknown_ratio', unknownTokens.minExcess, (bin) => bin > 0),
  };
}
