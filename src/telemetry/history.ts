/** The last minutes of this process in steps of a few seconds, for the console. */
import {
  type BinDrift,
  type FeatureDrift,
  foreignLanguages,
  knownLanguages,
  measureDrift,
} from './drift.ts';
import { createLatencies, type Latencies } from './latencies.ts';
import {
  binNames,
  type Counts,
  createTally,
  type Observation,
  type Profile,
  type Tally,
} from './profile.ts';

const STEP_SECONDS = 5;
const STEPS = 180;
/** As the quick rules of deploy/prometheus have it. */
const DRIFT_WINDOW_SECONDS = 300;
const LAST_PREDICTIONS = 50;

export interface HistoryStep {
  /** When it began, in seconds since 1970. */
  readonly at: number;
  /** Requests for predictions, by how they were answered. */
  readonly answered: number;
  readonly refused: number;
  readonly failed: number;
  /** Of those answered, in milliseconds; undefined without any. */
  readonly latency: { readonly p50: number; readonly p99: number } | undefined;
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
  readonly drift: {
    readonly windowSeconds: number;
    /** Empty where the version has no profile. */
    readonly features: readonly FeatureDrift[];
    readonly foreign: readonly BinDrift[];
    /** Languages that the version knows from its training. */
    readonly known: readonly string[];
  };
  /** How often each label was predicted (rows) and told to be right (columns). */
  readonly feedback: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The newest first, as the log has them, and when they were made in seconds since 1970. */
  readonly predictions: readonly { readonly at: number }[];
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
  let feedback: Record<string, Record<string, number>> = {};
  const predictions: { at: number }[] = [];

  const step = (): Step => {
    const at = Math.floor(nowMs() / 1000 / STEP_SECONDS) * STEP_SECONDS;
    const last = steps.at(-1);
    if (last && last.at >= at) {
      return last;
    }
    const begun: Step = {
      at,
      answered: 0,
      refused: 0,
      failed: 0,
      latencies: createLatencies(),
      tally: createTally(profile),
    };
    const oldest = at - STEP_SECONDS * STEPS;
    steps = [...steps.filter((past) => past.at > oldest), begun];
    return begun;
  };

  return {
    /** A version has been loaded: what was seen of another one is not held against its profile. */
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
        current.latencies.add(durationSeconds * 1000);
      } else if (status === 429) {
        current.refused++;
      } else if (status >= 500) {
        current.failed++;
      }
    },
    /** @param line the prediction as the log has it. */
    onPrediction(observation: Observation, line: object): void {
      step().tally.add(observation);
      predictions.unshift({ at: nowMs() / 1000, ...line });
      predictions.length = Math.min(predictions.length, LAST_PREDICTIONS);
    },
    onFeedback(predicted: string, actual: string): void {
      const row = feedback[predicted] ?? {};
      feedback[predicted] = { ...row, [actual]: (row[actual] ?? 0) + 1 };
    },

    snapshot(): HistorySnapshot {
      const now = nowMs() / 1000;
      const recent = steps.filter(({ at }) => at > now - DRIFT_WINDOW_SECONDS);
      const features = measureDrift(profile, sumOf(recent.map(({ tally }) => tally.counts)));
      return {
        now,
        stepSeconds: STEP_SECONDS,
        steps: steps.map(({ latencies, tally, ...counted }) => ({
          ...counted,
          latency: latencies.quantiles(),
          labels: byName(profile, 'label', tally.counts),
          languages: byName(profile, 'language', tally.counts),
        })),
        drift: {
          windowSeconds: DRIFT_WINDOW_SECONDS,
          features,
          foreign: foreignLanguages(features),
          known: knownLanguages(profile),
        },
        feedback,
        predictions,
      };
    },
  };
}

function sumOf(counts: readonly Counts[]): Counts {
  const sums: Record<string, number[]> = {};
  for (const each of counts) {
    for (const [feature, bins] of Object.entries(each)) {
      const sum = sums[feature];
      sums[feature] = bins.map((n, i) => n + (sum?.[i] ?? 0));
    }
  }
  return sums;
}

function byName({ features }: Profile, feature: string, counts: Counts): Record<string, number> {
  const distribution = features[feature];
  const names = distribution ? binNames(distribution) : [];
  const pairs = names.map((name, i) => [name, counts[feature]?.[i] ?? 0] as const);
  return Object.fromEntries(pairs.filter(([, n]) => n > 0));
}
