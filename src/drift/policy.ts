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

/** The deployment's own normal. */
export interface NormalShares {
  readonly features: Readonly<
    Record<string, Readonly<Record<string, { readonly ratio: number; readonly deviation: number }>>>
  >;
}

export type AlarmKind =
  | 'foreign_language'
  | 'undetermined'
  | 'label_mix'
  | 'score'
  | 'length'
  | 'topic'
  | 'unknown_tokens';

export interface DriftAlarm {
  readonly kind: AlarmKind;
  readonly feature: string;
  readonly bin: string | null;
  readonly reference: 'training' | 'normal';
  readonly measure: 'share' | 'stability_index';
  readonly observed: number;
  readonly expected: number;
  readonly threshold: number;
  readonly severity: 'page' | 'ticket';
  readonly alert: string;
  readonly runbook: string;
}

export function driftAlarms(drift: readonly FeatureDrift[], _normal?: NormalShares): DriftAlarm[] {
  const { minObservations, unknownTokens } = DRIFT_POLICY;
  const unknown = drift.find(
    ({ feature, observations }) => feature === 'unknown_ratio' && observations >= minObservations,
  );
  const bins = (unknown?.bins ?? []).filter(({ bin }) => Number(bin) > 0);
  const observed = bins.reduce((total, bin) => total + bin.observed, 0);
  const expected = bins.reduce((total, bin) => total + bin.reference, 0);
  const threshold = unknownTokens.minExcess;
  return [
    ...foreignLanguages(drift).map(
      ({ bin, observed, reference }): DriftAlarm => ({
        kind: 'foreign_language',
        feature: 'language',
        bin,
        reference: 'training',
        measure: 'share',
        observed,
        expected: reference,
        threshold: DRIFT_POLICY.foreignLanguage.minExcess,
        severity: observed > 0.05 ? 'page' : 'ticket',
        alert: 'ClassifierForeignLanguage',
        runbook: 'docs/runbook.md#classifierforeignlanguage',
      }),
    ),
    ...(observed > expected + threshold
      ? [
          {
            kind: 'unknown_tokens',
            feature: 'unknown_ratio',
            bin: null,
            reference: 'training',
            measure: 'share',
            observed,
            expected,
            threshold,
            severity: 'ticket',
            alert: 'ClassifierUnknownTokens',
            runbook: 'docs/runbook.md#classifierunknowntokens',
          } as const,
        ]
      : []),
  ];
}
