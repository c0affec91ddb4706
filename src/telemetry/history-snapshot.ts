/** What the processes that share a port have observed in the last minutes, as the console shows it. */
import { type DriftAlarm, driftAlarms } from '../drift/alarms.ts';
import { DRIFT_WINDOW_SECONDS, type Normal } from '../drift/normal.ts';
import { DRIFT_POLICY, knownLanguages, type Verdict, verdictOf } from '../drift/policy.ts';
import { binNames, type Counts, hasReference, type Profile } from '../drift/profile.ts';
import { type FeatureDrift, measureDrift } from '../drift/psi.ts';
import { type Latencies, quantilesOf } from './latency-histogram.ts';
import type { PredictionFields } from './prediction-log.ts';
import { type RecentWindow, recentOf } from './recent-window.ts';
import type { ServiceWindow } from './service-policy.ts';

export const STEP_SECONDS = 5;
/** What the console shows as “now”. */
const RECENT_SECONDS = 60;
export const LAST_PREDICTIONS = 50;

export interface HistoryStep extends ServiceWindow {
  /** When it began, in seconds since 1970. */
  readonly at: number;
  /** Predictions by label and by language; without those that are 0. */
  readonly labels: Readonly<Record<string, number>>;
  readonly languages: Readonly<Record<string, number>>;
  readonly compared: ComparedTexts;
}

/** Texts that the candidate predicted too, and on how many both agree, by language. */
export type ComparedTexts = Readonly<
  Record<string, { readonly texts: number; readonly agreed: number }>
>;

export interface HistorySnapshot {
  /** Seconds since 1970. */
  readonly now: number;
  readonly stepSeconds: number;
  /** Oldest first; the last one goes on. */
  readonly steps: readonly HistoryStep[];
  readonly recent: RecentWindow;
  /** The window of most alert rules. */
  readonly lasting: RecentWindow;
  readonly drift: {
    readonly windowSeconds: number;
    /** Of the stability index and its verdict. */
    readonly thresholds: {
      readonly moving: number;
      readonly changed: number;
      readonly minObservations: number;
    };
    /** Empty where the version has no profile. */
    readonly features: readonly (FeatureDrift & { readonly verdict: Verdict })[];
    /** By the same policy as the alert rules. */
    readonly alarms: readonly DriftAlarm[];
    /** Shares of the deployment’s own normal by feature and bin; empty where there is none. */
    readonly normal: Readonly<Record<string, Readonly<Record<string, number>>>>;
    /** Languages that the version knows from its training. */
    readonly known: readonly string[];
    /** Undefined where the scores are not calibrated, or the window has too few texts. */
    readonly estimatedAccuracy: EstimatedAccuracy | undefined;
  };
  /** Counts of feedback by predicted label, then by the right label. */
  readonly feedback: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The newest first, as the log has them, and when they were made in seconds since 1970. */
  readonly predictions: readonly (PredictionFields & { readonly at: number })[];
}

/** The mean score of the predicted label: the share of right predictions, if the scores are calibrated for the texts. */
export interface EstimatedAccuracy {
  /** 0 to 1. */
  readonly accuracy: number;
  readonly texts: number;
}

export type Feedback = Record<string, Record<string, number>>;

/** What one process has seen, for another one to add to what it has seen itself. */
export interface HistoryRecord {
  readonly steps: readonly StepRecord[];
  readonly feedback: Readonly<Feedback>;
  readonly predictions: readonly { readonly at: number; readonly line: PredictionFields }[];
}

export interface StepRecord {
  readonly at: number;
  readonly answered: number;
  readonly refused: number;
  readonly failed: number;
  readonly slow: number;
  readonly latencies: Latencies;
  readonly counts: Counts;
  /** Of the predicted labels. */
  readonly scoreSum: number;
  readonly compared: ComparedTexts;
}

/** What traffic is compared with. */
export interface Reference {
  readonly profile: Profile;
  readonly normal: Pick<Normal, 'features'> | undefined;
  /** Whether the scores are shares of right predictions. */
  readonly isCalibrated: boolean;
}

/**
 * @param records of the processes that serve the same version.
 * @param now seconds since 1970.
 */
export function snapshotOf(
  reference: Reference,
  records: readonly HistoryRecord[],
  now: number,
): HistorySnapshot {
  const { profile } = reference;
  const merged = mergeSteps(records.flatMap((each) => each.steps));
  const steps = merged.map(({ latencies, counts, scoreSum: _, ...counted }) => ({
    ...counted,
    latency: quantilesOf(latencies),
    labels: byName(profile, 'label', counts),
    languages: byName(profile, 'language', counts),
  }));
  const windowOf = (windowSeconds: number): RecentWindow =>
    recentOf(steps, { now, stepSeconds: STEP_SECONDS, windowSeconds });
  return {
    now,
    stepSeconds: STEP_SECONDS,
    steps,
    recent: windowOf(RECENT_SECONDS),
    lasting: windowOf(DRIFT_WINDOW_SECONDS),
    drift: driftOf(
      reference,
      merged.filter(({ at }) => at > now - DRIFT_WINDOW_SECONDS),
    ),
    feedback: records
      .map((each) => each.feedback)
      .reduce((sum, other) =>
        combine(sum, other, (row, more) => combine(row, more, (a, b) => a + b)),
      ),
    predictions: records
      .flatMap((each) => each.predictions)
      .sort((a, b) => b.at - a.at)
      .slice(0, LAST_PREDICTIONS)
      .map(({ at, line }) => ({ at, ...line })),
  };
}

function driftOf(
  { profile, normal, isCalibrated }: Reference,
  steps: readonly StepRecord[],
): HistorySnapshot['drift'] {
  const features = measureDrift(profile, sumOf(steps.map(({ counts }) => counts)));
  const { psi, minObservations } = DRIFT_POLICY;
  return {
    windowSeconds: DRIFT_WINDOW_SECONDS,
    thresholds: { ...psi, minObservations },
    features: features
      .filter(({ feature }) => hasReference(profile, feature))
      .map((feature) => ({ ...feature, verdict: verdictOf(feature) })),
    alarms: driftAlarms(features, normal),
    normal: mapValues(normal?.features ?? {}, (bins) => mapValues(bins, ({ ratio }) => ratio)),
    known: knownLanguages(profile),
    estimatedAccuracy: isCalibrated ? estimateAccuracy(steps) : undefined,
  };
}

function estimateAccuracy(steps: readonly StepRecord[]): EstimatedAccuracy | undefined {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const texts = sum(steps.flatMap(({ counts }) => counts.score ?? []));
  return texts < DRIFT_POLICY.minObservations
    ? undefined
    : { accuracy: sum(steps.map(({ scoreSum }) => scoreSum)) / texts, texts };
}

/** Adds up the steps that began at the same time; oldest first. */
function mergeSteps(steps: readonly StepRecord[]): StepRecord[] {
  const byTime = new Map<number, StepRecord>();
  for (const step of steps) {
    const known = byTime.get(step.at);
    byTime.set(
      step.at,
      known
        ? {
            at: step.at,
            answered: known.answered + step.answered,
            refused: known.refused + step.refused,
            failed: known.failed + step.failed,
            slow: known.slow + step.slow,
            latencies: known.latencies.map((n, i) => n + (step.latencies[i] ?? 0)),
            counts: sumOf([known.counts, step.counts]),
            scoreSum: known.scoreSum + step.scoreSum,
            compared: combine(known.compared, step.compared, (a, b) => ({
              texts: a.texts + b.texts,
              agreed: a.agreed + b.agreed,
            })),
          }
        : step,
    );
  }
  return [...byTime.values()].sort((a, b) => a.at - b.at);
}

function sumOf(counts: readonly Counts[]): Counts {
  return counts.reduce(
    (sum, each) => combine(sum, each, (bins, more) => bins.map((n, i) => n + (more[i] ?? 0))),
    {},
  );
}

/** Both objects' entries; what both have is joined. */
function combine<T>(
  a: Readonly<Record<string, T>>,
  b: Readonly<Record<string, T>>,
  join: (a: T, b: T) => T,
): Record<string, T> {
  const combined: Record<string, T> = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const known = combined[name];
    combined[name] = known === undefined ? value : join(known, value);
  }
  return combined;
}

function mapValues<T, U>(
  object: Readonly<Record<string, T>>,
  map: (value: T) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value)]));
}

function byName({ features }: Profile, feature: string, counts: Counts): Record<string, number> {
  const distribution = features[feature];
  const names = distribution ? binNames(distribution) : [];
  const pairs = names.map((name, i) => [name, counts[feature]?.[i] ?? 0] as const);
  return Object.fromEntries(pairs.filter(([, n]) => n > 0));
}
