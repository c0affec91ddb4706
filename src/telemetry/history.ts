/** What one process has observed in the last minutes, in steps of a few seconds, for the console. */
import { createTally, type Observation, type Profile, type Tally } from '../drift/profile.ts';
import {
  type ComparedTexts,
  type Feedback,
  type HistoryRecord,
  type HistorySnapshot,
  LAST_PREDICTIONS,
  type Reference,
  STEP_SECONDS,
  type StepRecord,
  snapshotOf,
} from './history-snapshot.ts';
import { addLatency, createLatencies, type Latencies } from './latency-histogram.ts';
import type { PredictionFields } from './prediction-log.ts';
import { createRecentTexts, type RecentTexts } from './recent-texts.ts';
import { SERVICE_POLICY } from './service-policy.ts';

const STEPS = 180;

interface Step {
  readonly at: number;
  answered: number;
  refused: number;
  failed: number;
  slow: number;
  readonly latencies: Latencies;
  readonly tally: Tally;
  scoreSum: number;
  compared: ComparedTexts;
}

export type History = ReturnType<typeof createHistory>;

/** While no version serves. */
const NO_MODEL: Omit<Reference, 'normal'> = {
  profile: { texts: 0, features: {} },
  isCalibrated: false,
};

/** @param nowMs milliseconds since 1970. */
export function createHistory(nowMs: () => number = Date.now) {
  let served = NO_MODEL;
  let steps: Step[] = [];
  let recentTexts = createRecentTexts(served.profile);
  let feedback: Feedback = {};
  const predictions: { readonly at: number; readonly line: PredictionFields }[] = [];

  const record = (): HistoryRecord => ({ steps: steps.map(recordOf), feedback, predictions });

  const step = (): Step => {
    const at = Math.floor(nowMs() / 1000 / STEP_SECONDS) * STEP_SECONDS;
    if ((steps.at(-1)?.at ?? -1) < at) {
      const oldest = at - STEP_SECONDS * STEPS;
      steps = [...steps.filter((past) => past.at > oldest), createStep(at, served.profile)];
    }
    return steps.at(-1) as Step;
  };

  return {
    /** A version serves: what another one saw is not compared with its profile. */
    onServing(profile: Profile, { isCalibrated } = { isCalibrated: false }): void {
      served = { profile, isCalibrated };
      steps = [];
      recentTexts = createRecentTexts(profile);
      feedback = {};
    },
    /** A request for predictions has ended. */
    onRequestEnd(status: number, durationSeconds: number): void {
      countRequest(step(), status, durationSeconds);
    },
    /** @param line the prediction as the log has it. */
    onPrediction(observation: Observation, line: PredictionFields): void {
      countPrediction(step(), observation);
      const at = nowMs() / 1000;
      recentTexts.add(observation, { at, ...line });
      predictions.unshift({ at, line });
      predictions.length = Math.min(predictions.length, LAST_PREDICTIONS);
    },
    /** Another version is the candidate, or none. */
    onCandidate(): void {
      steps = steps.map((past) => ({ ...past, compared: {} }));
    },
    /** A candidate predicted a text. @param agrees whether its label is the primary's. */
    onShadowPrediction(language: string, agrees: boolean): void {
      countCompared(step(), language, agrees);
    },
    onFeedback(predicted: string, actual: string): void {
      countFeedback(feedback, predicted, actual);
    },

    record,
    texts: (): RecentTexts => recentTexts.texts,

    /** @param records of all processes that serve the same version. @param normal of that version. */
    snapshot: (
      records: readonly HistoryRecord[] = [record()],
      normal?: Reference['normal'],
    ): HistorySnapshot => snapshotOf({ ...served, normal }, records, nowMs() / 1000),
  };
}

function recordOf({ tally, ...step }: Step): StepRecord {
  return { ...step, counts: tally.counts };
}

function createStep(at: number, profile: Profile): Step {
  return {
    at,
    answered: 0,
    refused: 0,
    failed: 0,
    slow: 0,
    latencies: createLatencies(),
    tally: createTally(profile),
    scoreSum: 0,
    compared: {},
  };
}

function countPrediction(step: Step, observation: Observation): void {
  step.tally.add(observation);
  step.scoreSum += observation.score;
}

function countCompared(step: Step, language: string, agrees: boolean): void {
  const { texts, agreed } = step.compared[language] ?? { texts: 0, agreed: 0 };
  const counts = { texts: texts + 1, agreed: agreed + Number(agrees) };
  step.compared = { ...step.compared, [language]: counts };
}

function countFeedback(feedback: Feedback, predicted: string, actual: string): void {
  const row = feedback[predicted] ?? {};
  feedback[predicted] = { ...row, [actual]: (row[actual] ?? 0) + 1 };
}

function countRequest(step: Step, status: number, durationSeconds: number): void {
  if (status < 400) {
    step.answered++;
    step.slow += Number(durationSeconds > SERVICE_POLICY.maxP99Seconds);
    addLatency(step.latencies, durationSeconds * 1000);
  } else if (status === 429) {
    step.refused++;
  } else if (status >= 500) {
    step.failed++;
  }
}
