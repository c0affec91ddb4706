/**
 * What is an alarm in one window of traffic, by the policy. The alert rules in deploy/prometheus raise the
 * same ones over all replicas together.
 */
import { UNDETERMINED } from '../inference/language.ts';
import type { Normal } from './normal.ts';
import { DRIFT_POLICY, foreignLanguages } from './policy.ts';
import { type FeatureDrift, stabilityIndex } from './psi.ts';

/** By kind: the alert of deploy/prometheus. Alarms are in this order. */
const ALERTS = {
  foreign_language: 'ClassifierForeignLanguage',
  undetermined: 'ClassifierUndetermined',
  label_mix: 'ClassifierLabelMixDrift',
  score: 'ClassifierScoreDrift',
  length: 'ClassifierLengthDrift',
  topic: 'ClassifierTopicDrift',
  unknown_tokens: 'ClassifierUnknownTokens',
} as const;

export type AlarmKind = keyof typeof ALERTS;

export interface DriftAlarm {
  readonly kind: AlarmKind;
  /** Of the profile. */
  readonly feature: string;
  /** A language or a label; null where several bins are judged together. */
  readonly bin: string | null;
  readonly reference: 'training' | 'normal';
  /** What the three numbers are: shares of the texts, 0 to 1, or a population stability index. */
  readonly measure: 'share' | 'stability_index';
  readonly observed: number;
  /** 0 for a stability index. */
  readonly expected: number;
  /** `observed` is further from `expected` than this. */
  readonly threshold: number;
  readonly severity: 'page' | 'ticket';
  /** Name of the alert in deploy/prometheus. */
  readonly alert: string;
  /** Its section of the runbook, as a path in this repository. */
  readonly runbook: string;
}

/**
 * Judges one window; the rules of Prometheus require besides that some conditions last.
 *
 * @param normal without one, labels, scores, lengths and topics raise no alarm.
 * @returns pages first, then in the order of the kinds; the empty list where all is well.
 */
export function driftAlarms(
  drift: readonly FeatureDrift[],
  normal?: Pick<Normal, 'features'>,
): DriftAlarm[] {
  const alarms = [
    ...foreignLanguageAlarms(drift),
    ...undeterminedAlarms(drift, normal),
    ...labelMixAlarms(drift, normal),
    ...indexAlarms(drift, normal),
    ...unknownTokenAlarms(drift),
  ];
  return alarms.sort((a, b) => Number(b.severity === 'page') - Number(a.severity === 'page'));
}

function alarm(
  kind: AlarmKind,
  fields: Omit<DriftAlarm, 'kind' | 'alert' | 'runbook' | 'severity' | 'measure'> &
    Partial<Pick<DriftAlarm, 'severity' | 'measure'>>,
): DriftAlarm {
  const name = ALERTS[kind];
  const runbook = `docs/runbook.md#${name.toLowerCase()}`;
  return { kind, measure: 'share', severity: 'ticket', ...fields, alert: name, runbook };
}

function foreignLanguageAlarms(drift: readonly FeatureDrift[]): DriftAlarm[] {
  const { minExcess, pageShare } = DRIFT_POLICY.foreignLanguage;
  return foreignLanguages(drift).map(({ bin, observed, reference: expected }) =>
    alarm('foreign_language', {
      feature: 'language',
      bin,
      reference: 'training',
      observed,
      expected,
      threshold: minExcess,
      severity: observed > pageShare ? 'page' : 'ticket',
    }),
  );
}

function undeterminedAlarms(
  drift: readonly FeatureDrift[],
  normal: Pick<Normal, 'features'> | undefined,
): DriftAlarm[] {
  const { minExcess, standardErrors } = DRIFT_POLICY.undetermined;
  const language = measured(drift, 'language');
  const found = language?.bins.find(({ bin }) => bin === UNDETERMINED);
  if (!language || !found) {
    return [];
  }
  const usual = normal?.features.language?.[UNDETERMINED];
  const { observed } = found;
  const expected = usual?.ratio ?? found.reference;
  const threshold = minExcess + standardErrors * standardError(observed, language.observations);
  return observed - expected > threshold
    ? [
        alarm('undetermined', {
          feature: 'language',
          bin: UNDETERMINED,
          reference: usual ? 'normal' : 'training',
          observed,
          expected,
          threshold,
        }),
      ]
    : [];
}

function labelMixAlarms(
  drift: readonly FeatureDrift[],
  normal: Pick<Normal, 'features'> | undefined,
): DriftAlarm[] {
  const { minDifference, deviations } = DRIFT_POLICY.labelMix;
  const usual = normal?.features.label;
  const label = measured(drift, 'label');
  if (!usual || !label) {
    return [];
  }
  return label.bins
    .map(({ bin, observed }) => {
      const { ratio: expected = 0, deviation = 0 } = usual[bin] ?? {};
      const noise = standardError(expected, label.observations);
      const threshold = Math.max(minDifference, deviations * Math.max(deviation, noise));
      return { bin, observed, expected, threshold };
    })
    .filter(({ observed, expected, threshold }) => Math.abs(observed - expected) > threshold)
    .sort((a, b) => Math.abs(b.observed - b.expected) - Math.abs(a.observed - a.expected))
    .map((found) => alarm('label_mix', { feature: 'label', reference: 'normal', ...found }));
}

/** Features whose whole distribution is compared with the normal. */
const INDEXED = [
  ['score', 'score'],
  ['length', 'tokens'],
  ['topic', 'topic'],
] as const;

function indexAlarms(
  drift: readonly FeatureDrift[],
  normal: Pick<Normal, 'features'> | undefined,
): DriftAlarm[] {
  return INDEXED.flatMap(([kind, feature]) => {
    const { maxIndex, minObservations } = DRIFT_POLICY[kind];
    const usual = normal?.features[feature];
    const found = measured(drift, feature, minObservations);
    if (!usual || !found) {
      return [];
    }
    const observed = stabilityIndex(
      found.bins.map((bin) => ({
        observed: bin.observed,
        reference: usual[bin.bin]?.ratio ?? 0,
      })),
    );
    const numbers = { observed, expected: 0, threshold: maxIndex };
    return observed > maxIndex
      ? [
          alarm(kind, {
            feature,
            bin: null,
            reference: 'normal',
            measure: 'stability_index',
            ...numbers,
          }),
        ]
      : [];
  });
}

function unknownTokenAlarms(drift: readonly FeatureDrift[]): DriftAlarm[] {
  const threshold = DRIFT_POLICY.unknownTokens.minExcess;
  const feature = 'unknown_ratio';
  const bins = (measured(drift, feature)?.bins ?? []).filter(({ bin }) => Number(bin) > 0);
  const observed = bins.reduce((total, bin) => total + bin.observed, 0);
  const expected = bins.reduce((total, bin) => total + bin.reference, 0);
  const numbers = { observed, expected, threshold };
  return observed > expected + threshold
    ? [alarm('unknown_tokens', { feature, bin: null, reference: 'training', ...numbers })]
    : [];
}

function measured(
  drift: readonly FeatureDrift[],
  name: string,
  minObservations: number = DRIFT_POLICY.minObservations,
): FeatureDrift | undefined {
  return drift.find(
    ({ feature, observations }) => feature === name && observations >= minObservations,
  );
}

/** Of a share of `n` texts that are drawn at random. */
function standardError(share: number, n: number): number {
  return Math.sqrt((share * (1 - share)) / n);
}
