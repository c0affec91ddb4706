/** The predictions of other versions, compared with what one version answers for the same texts. */
import { LRUCache } from 'lru-cache';
import { addFeedback, addPair, type Comparison } from '../comparison/comparison.ts';
import { countedLanguage } from '../drift/languages.ts';
import type { ReplayedAnswer } from './answers.ts';
import type { LoggedFeedback, LoggedPrediction } from './read-line.ts';

/** Versions of the log that are compared; the predictions of further ones are counted only. */
const MAX_COMMITS = 32;
/** Feedback is counted where its prediction is one of as many before it (33 MB). */
export const REMEMBERED_PREDICTIONS = 200_000;
/** Feedback that was logged before its prediction, as by two processes. */
const EARLY_FEEDBACK = 10_000;
const MAX_LABEL_LENGTH = 256;
const MAX_EXAMPLES = 10;

/** A text to which the versions give different labels. */
export interface Example {
  readonly text: string;
  readonly language: string;
  readonly logged: { readonly label: string; readonly score: number };
  readonly found: { readonly label: string; readonly score: number };
}

/** The predictions of one version of the log. */
export interface CommitComparison {
  readonly commit: string;
  readonly comparison: Comparison;
  /** The first ones. */
  readonly examples: readonly Example[];
}

export interface ComparisonCounts {
  /** Predictions with a label that the version does not have. */
  readonly otherLabels: number;
  /** Predictions of further versions. */
  readonly furtherVersions: number;
  readonly feedback: {
    readonly counted: number;
    /** Without a prediction in the log, or one that is too far before it. */
    readonly withoutPrediction: number;
  };
}

export interface Comparer {
  add(prediction: LoggedPrediction, text: string, answer: ReplayedAnswer): void;
  /** Feedback on a prediction of another version; it may come before the prediction. */
  addFeedback(feedback: LoggedFeedback): void;
  /** By version, in the order of the log. */
  comparisons(): readonly CommitComparison[];
  counts(): ComparisonCounts;
}

/** A prediction that feedback may come for; one object for all that are alike. */
interface Remembered {
  readonly comparison: Comparison;
  readonly language: string;
  readonly primary: string;
  readonly candidate: string;
}

interface Group {
  readonly comparison: Comparison;
  readonly examples: Example[];
  /** By language and both labels. */
  readonly remembered: Map<string, Remembered>;
}

export function createComparer(): Comparer {
  const groups = new Map<string, Group>();
  const predictions = new LRUCache<string, Remembered>({ max: REMEMBERED_PREDICTIONS });
  const early = new LRUCache<string, string>({ max: EARLY_FEEDBACK });
  let [otherLabels, furtherVersions, feedbackLines, counted] = [0, 0, 0, 0];

  const count = (remembered: Remembered, actual: string): void => {
    addFeedback(remembered.comparison, remembered, actual);
    counted += 1;
  };
  return {
    add: (prediction, text, answer) => {
      const group = groupOf(groups, prediction.commit);
      if (!group) {
        furtherVersions += 1;
        return;
      }
      if (!Object.hasOwn(answer.scores, prediction.label)) {
        otherLabels += 1;
        return;
      }
      const remembered = addTo(group, prediction, text, answer);
      const actual = early.get(prediction.id);
      if (actual !== undefined) {
        early.delete(prediction.id);
        count(remembered, actual);
      } else if (prediction.id !== '') {
        predictions.set(prediction.id, remembered);
      }
    },
    addFeedback: ({ id, actual }) => {
      feedbackLines += 1;
      const remembered = predictions.get(id);
      if (remembered) {
        // Only the first feedback on a prediction counts.
        predictions.delete(id);
        count(remembered, actual);
      } else if (actual.length <= MAX_LABEL_LENGTH) {
        early.set(id, actual);
      }
    },
    comparisons: () =>
      [...groups].map(([commit, { comparison, examples }]) => ({ commit, comparison, examples })),
    counts: () => ({
      otherLabels,
      furtherVersions,
      feedback: { counted, withoutPrediction: feedbackLines - counted },
    }),
  };
}

function groupOf(groups: Map<string, Group>, commit: string): Group | undefined {
  let group = groups.get(commit);
  if (!group && groups.size < MAX_COMMITS) {
    group = { comparison: {}, examples: [], remembered: new Map() };
    groups.set(commit, group);
  }
  return group;
}

function addTo(
  { comparison, examples, remembered }: Group,
  { language, label, score }: LoggedPrediction,
  text: string,
  answer: ReplayedAnswer,
): Remembered {
  const pair = { language: countedLanguage(language), primary: label, candidate: answer.label };
  addPair(comparison, pair);
  if (label !== answer.label && examples.length < MAX_EXAMPLES) {
    const found = { label: answer.label, score: answer.score };
    examples.push({ text, language, logged: { label, score }, found });
  }
  const key = JSON.stringify([pair.language, pair.primary, pair.candidate]);
  let same = remembered.get(key);
  if (!same) {
    same = { comparison, ...pair };
    remembered.set(key, same);
  }
  return same;
}
