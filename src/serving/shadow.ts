/**
 * A candidate beside the primary: it predicts a share of the texts that the primary has answered, and
 * answers none. It works while the primary has nothing to do: what would wait for long is dropped.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import {
  addComparisons,
  addFeedback,
  addPair,
  type Comparison,
  createComparison,
} from '../comparison/comparison.ts';
import { countedLanguage } from '../drift/languages.ts';
import type { Classification } from '../inference/classifier.ts';
import { round } from '../statistics.ts';
import type { LabelMap } from './model-change.ts';
import type { ShadowObserver } from './observer.ts';
import type { PredictionRecord } from './prediction-record.ts';
import type { ServedModel } from './served-model.ts';

/** Texts that wait for the candidate. */
const QUEUE_CAPACITY = 256;
/** Texts that it predicts at once: few, so that the primary soon has the CPU. */
const BATCH = 8;
/** How often it is looked whether the primary is still busy. */
const BUSY_CHECK_MS = 5;
/** Predictions whose feedback still counts. */
const REMEMBERED_PREDICTIONS = 50_000;
const MAX_EXAMPLES = 20;

/** A text to which the versions gave different labels. */
export interface Example {
  /** As the log has it; undefined where the log has none. */
  readonly input: string | undefined;
  readonly language: string;
  readonly primary: { readonly label: string; readonly score: number };
  readonly candidate: { readonly label: string; readonly score: number };
}

/** What one process knows of a candidate. */
export interface ShadowReport {
  readonly comparison: Comparison;
  /** The last ones, the newest first. */
  readonly examples: readonly Example[];
  /** Texts that were not predicted, because the primary was busy or the candidate failed. */
  readonly dropped: number;
}

export interface Shadow {
  readonly model: ServedModel;
  /** ISO 8601. */
  readonly since: string;
  share: number;
  readonly labelMap: LabelMap | undefined;
  /** Predicts a share of such texts, later. Never waits, never throws. */
  offer(record: PredictionRecord): void;
  /** Feedback on a prediction of the primary; other processes' predictions are ignored. */
  onFeedback(id: string, actual: string): void;
  report(): ShadowReport;
  /** What waits is dropped. The model is not closed. */
  stop(): void;
}

export interface ShadowOptions {
  readonly model: ServedModel;
  /** Commit of the version that it is compared with. */
  readonly primary: string | undefined;
  readonly share: number;
  readonly labelMap?: LabelMap | undefined;
  /** True while the primary needs the CPU. */
  readonly isPrimaryBusy: () => boolean;
  readonly observer: ShadowObserver;
  readonly random?: () => number;
}

interface State extends ShadowOptions {
  readonly queue: PredictionRecord[];
  /** By the id of the primary's prediction. */
  readonly remembered: LRUCache<string, Remembered>;
  readonly comparison: Comparison;
  examples: Example[];
  dropped: number;
  isRunning: boolean;
  isStopped: boolean;
}

type Scores = Readonly<Record<string, number>>;

/** A prediction of the primary that feedback may come for. */
interface Remembered {
  readonly language: string;
  readonly primary: string;
  readonly primaryScores: Scores;
  candidate?: string;
  candidateScores?: Scores;
  /** Came before the candidate's prediction. */
  actual?: string;
}

/** A label of the candidate as one of the primary; a label may have the name of an object's own members. */
export function mapLabel(label: string, labelMap: LabelMap | undefined): string {
  return labelMap && Object.hasOwn(labelMap, label) ? (labelMap[label] as string) : label;
}

export function createShadow(options: ShadowOptions): Shadow {
  const state: State = {
    ...options,
    queue: [],
    remembered: new LRUCache({ max: REMEMBERED_PREDICTIONS }),
    comparison: createComparison(),
    examples: [],
    dropped: 0,
    isRunning: false,
    isStopped: false,
  };
  const { random = Math.random } = options;
  const shadow: Shadow = {
    model: options.model,
    since: new Date().toISOString(),
    share: options.share,
    labelMap: options.labelMap,
    offer: (record) => {
      // After a switch, answers of the version before still come.
      const isCompared = !state.isStopped && record.commit === options.primary;
      if (isCompared && random() < shadow.share) {
        enqueue(state, record);
      }
    },
    onFeedback: (id, actual) => countFeedback(state, id, actual),
    report: () => ({
      comparison: state.comparison,
      examples: state.examples,
      dropped: state.dropped,
    }),
    stop: () => {
      state.isStopped = true;
      state.queue.length = 0;
    },
  };
  return shadow;
}

function enqueue(state: State, record: PredictionRecord): void {
  if (state.queue.length >= QUEUE_CAPACITY) {
    drop(state, 1);
    return;
  }
  const { id, label, scores } = record;
  const language = countedLanguage(record.language);
  state.remembered.set(id, { language, primary: label, primaryScores: scores });
  state.queue.push(record);
  if (!state.isRunning) {
    state.isRunning = true;
    void run(state);
  }
}

/** Predicts what waits, batch by batch. */
async function run(state: State): Promise<void> {
  while (state.queue.length > 0) {
    if (state.isPrimaryBusy()) {
      await sleep(BUSY_CHECK_MS);
    } else {
      await predict(state, state.queue.splice(0, BATCH));
    }
  }
  state.isRunning = false;
}

async function predict(state: State, records: readonly PredictionRecord[]): Promise<void> {
  const { model, observer } = state;
  const start = performance.now();
  try {
    const answers = await model.classifier.classify(records.map(({ input }) => input));
    const durationSeconds = (performance.now() - start) / 1000;
    if (!state.isStopped) {
      records.forEach((record, index) => {
        const { classification } = answers[index] as (typeof answers)[number];
        compare(state, record, classification, durationSeconds);
      });
    }
  } catch (error) {
    drop(state, records.length);
    if (!state.isStopped) {
      observer.onShadowError(error);
    }
  }
}

function compare(
  state: State,
  record: PredictionRecord,
  classification: Classification,
  durationSeconds: number,
): void {
  const { model, labelMap, comparison, remembered, observer } = state;
  const label = mapLabel(classification.label, labelMap);
  const score = round(classification.score, 1e6);
  const scores = Object.fromEntries(
    Object.entries(classification.scores).map(([name, value]) => [name, round(value, 1e6)]),
  );
  const language = countedLanguage(record.language);
  addPair(comparison, { language, primary: record.label, candidate: label });
  const known = remembered.get(record.id);
  if (known) {
    known.candidate = label;
    known.candidateScores = labelMap
      ? mapScores(classification.scores, labelMap)
      : classification.scores;
    if (known.actual !== undefined) {
      countFeedback(state, record.id, known.actual);
    }
  }
  const { input } = observer.onShadowPrediction({
    primary: record,
    model: model.name,
    commit: model.commit,
    label,
    score,
    scores,
    language,
    durationSeconds,
  });
  if (label !== record.label) {
    const primary = { label: record.label, score: record.score };
    const example = {
      input,
      language: record.language,
      primary,
      candidate: { label, score },
    };
    state.examples = [example, ...state.examples].slice(0, MAX_EXAMPLES);
  }
}

function countFeedback({ remembered, comparison }: State, id: string, actual: string): void {
  const known = remembered.get(id);
  if (!known) {
    return;
  }
  const { language, primary, primaryScores, candidate, candidateScores } = known;
  if (candidate === undefined) {
    known.actual = actual;
    return;
  }
  remembered.delete(id);
  const scores = {
    primary: primaryScores[actual] ?? 0,
    candidate: candidateScores?.[actual] ?? 0,
  };
  addFeedback(comparison, { language, primary, candidate }, actual, scores);
}

/** Scores in the labels of the primary. */
function mapScores(scores: Scores, labelMap: LabelMap): Scores {
  const sums: Record<string, number> = Object.create(null);
  for (const [label, score] of Object.entries(scores)) {
    const name = mapLabel(label, labelMap);
    sums[name] = (sums[name] ?? 0) + score;
  }
  return sums;
}

function drop(state: State, texts: number): void {
  state.dropped += texts;
  state.observer.onShadowDropped(texts);
}

/** The reports of several processes as one; undefined where none has a candidate. */
export function addShadowReports(
  reports: readonly (ShadowReport | undefined)[],
): ShadowReport | undefined {
  const found = reports.filter((report) => report !== undefined);
  return found.length === 0
    ? undefined
    : {
        comparison: addComparisons(found.map(({ comparison }) => comparison)),
        examples: lastOfEach(found.map(({ examples }) => examples)),
        dropped: found.reduce((sum, { dropped }) => sum + dropped, 0),
      };
}

/** As many of each process as there is room for: each has its newest first. */
function lastOfEach(lists: readonly (readonly Example[])[]): Example[] {
  return Array.from({ length: MAX_EXAMPLES }, (_, at) => lists.map((list) => list[at]))
    .flat()
    .filter((example) => example !== undefined)
    .slice(0, MAX_EXAMPLES);
}
