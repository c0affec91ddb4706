/** The last minutes in steps of a few seconds, for the console. */

import {
  DRIFT_POLICY,
  type DriftAlarms,
  driftAlarms,
  knownLanguages,
  type Verdict,
  verdictOf,
} from '../drift/policy.ts';
import {
  binNames,
  type Counts,
  createTally,
  type Observation,
  type Profile,
  type Tally,
} from '../drift/profile.ts';
import { type FeatureDrift, measureDrift } from '../drift/psi.ts';
import { addLatency, createLatencies, type Latencies, quantilesOf } from './latency-histogram.ts';
import type { PredictionFields } from './prediction-log.ts';
import { type RecentWindow, recentOf } from './recent-window.ts';
import type { ServiceWindow } from './service-policy.ts';

const STEP_SECONDS = 5;
const STEPS = 180;
/** As the quick rules of deploy/prometheus have it. */
const DRIFT_WINDOW_SECONDS = 300;
const LAST_PREDICTIONS = 50;

export interface HistoryStep extends ServiceWindow {
  /** When it began, in seconds since 1970. */
  readonly at: number;
  /** Predictions by label and by language; without those that are 0. */
  readonly labels: Readonly<Record<string, number>>;
  readonly languages: Readonly<Record<string, number>>;
}

export interface HistorySnapshot {
  /** Seconds since 1970. */
  readonly now: number;
  readonly stepSeconds: number;
  /** Oldest first; the last one goes on. */
  readonly steps: readonly HistoryStep[];
  readonly recent: RecentWindow;
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
    readonly alarms: DriftAlarms;
    /** Languages that the version knows from its training. */
    readonly known: readonly string[];
  };
  /** Counts of feedback by predicted label, then by the right label. */
  readonly feedback: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The newest first, as the log has them, and when they were made in seconds since 1970. */
  readonly predictions: readonly (PredictionFields & { readonly at: number })[];
}

type Feedback = Record<string, Record<string, number>>;

/** What one process has seen, for another one to add to what it has seen itself. */
export interface HistoryRecord {
  readonly steps: readonly StepRecord[];
  readonly feedback: Readonly<Feedback>;
  readonly predictions: readonly { readonly at: number; readonly line: PredictionFields }[];
}

interface StepRecord {
  readonly at: number;
  readonly answered: number;
  readonly refused: number;
  readonly failed: number;
  readonly latencies: Latencies;
  readonly counts: Counts;
}

interface Step {
  readonly at: number;
  answered: number;
  refused: number;
  failed: number;
  readonly latencies: Latencies;
  readonly tally: Tally;
}

export type History = ReturnType<typeof createHistory>;

/** @param nowMs milliseconds since 1970. */
export function createHistory(nowMs: () => number = Date.now) {
  let profile: Profile = { texts: 0, features: {} };
  let steps: Step[] = [];
  let feedback: Feedback = {};
  const predictions: { readonly at: number; readonly line: PredictionFields }[] = [];

  const record = (): HistoryRecord => ({
    steps: steps.map(({ tally, ...step }) => ({ ...step, counts: tally.counts })),
    feedback,
    predictions,
  });

  const step = (): Step => {
    const at = Math.floor(nowMs() / 1000 / STEP_SECONDS) * STEP_SECONDS;
    const last = steps.at(-1);
    if (last && last.at >= at) {
      return last;
    }
    const begun = createStep(at, profile);
    const oldest = at - STEP_SECONDS * STEPS;
    steps = [...steps.filter((past) => past.at > oldest), begun];
    return begun;
  };

  return {
    /** A version has been loaded: what another one saw is not compared with its profile. */
    onModelLoaded(loaded: Profile): void {
      profile = loaded;
      steps = [];
      feedback = {};
    },
    /** A request for predictions has ended. */
    onRequestEnd(status: number, durationSeconds: number): void {
      const current = step();
      if (status < 400) {
        current.answered++;
        addLatency(current.latencies, durationSeconds * 1000);
      } else if (status === 429) {
        current.refused++;
      } else if (status >= 500) {
        current.failed++;
      }
    },
    /** @param line the prediction as the log has it. */
    onPrediction(observation: Observation, line: PredictionFields): void {
      step().tally.add(observation);
      predictions.unshift({ at: nowMs() / 1000, line });
      predictions.length = Math.min(predictions.length, LAST_PREDICTIONS);
    },
    onFeedback(predicted: string, actual: string): void {
      const row = feedback[predicted] ?? {};
      feedback[predicted] = { ...row, [actual]: (row[actual] ?? 0) + 1 };
    },
    record,
    /** @param others what other processes have seen of the same version. */
    snapshot: (others: readonly HistoryRecord[] = []): HistorySnapshot =>
      snapshotOf(profile, [record(), ...others], nowMs() / 1000),
  };
}

function createStep(at: number, profile: Profile): Step {
  return {
    at,
    answered: 0,
    refused: 0,
    failed: 0,
    latencies: createLatencies(),
    tally: createTally(profile),
  };
}

/** @param now seconds since 1970. */
function snapshotOf(
  profile: Profile,
  records: readonly HistoryRecord[],
  now: number,
): HistorySnapshot {
  const merged = mergeSteps(records.flatMap((each) => each.steps));
  const steps = merged.map(({ latencies, counts, ...counted }) => ({
    ...counted,
    latency: quantilesOf(latencies),
    labels: byName(profile, 'label', counts),
    languages: byName(profile, 'language', counts),
  }));
  return {
    now,
    stepSeconds: STEP_SECONDS,
    steps,
    recent: recentOf(steps, { now, stepSeconds: STEP_SECONDS }),
    drift: driftOf(
      profile,
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

function driftOf(profile: Profile, steps: readonly StepRecord[]): HistorySnapshot['drift'] {
  const features = measureDrift(profile, sumOf(steps.map(({ counts }) => counts)));
  const { psi, minObservations } = DRIFT_POLICY;
  return {
    windowSeconds: DRIFT_WINDOW_SECONDS,
    thresholds: { ...psi, minObservations },
    features: features.map((feature) => ({ ...feature, verdict: verdictOf(feature) })),
    alarms: driftAlarms(features),
    known: knownLanguages(profile),
  };
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
            latencies: known.latencies.map((n, i) => n + (step.latencies[i] ?? 0)),
            counts: sumOf([known.counts, step.counts]),
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

function byName({ features }: Profile, feature: string, counts: Counts): Record<string, number> {
  const distribution = features[feature];
  const names = distribution ? binNames(distribution) : [];
  const pairs = names.map((name, i) => [name, counts[feature]?.[i] ?? 0] as const);
  return Object.fromEntries(pairs.filter(([, n]) => n > 0));
}
