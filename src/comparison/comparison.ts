/** Counts of two versions that predicted the same texts; counts of several processes can be added. */

import { addEvidence, noEvidence } from './sequential-test.ts';

/** Of one language. */
export interface LanguageCounts {
  texts: number;
  /** Texts by the label of the primary, then by that of the candidate. */
  readonly labels: Record<string, Record<string, number>>;
  /** Texts whose right label was reported. */
  readonly feedback: FeedbackCounts;
  /** Of those, where the scores of both are known. */
  readonly rightLabel: RightLabelScores;
}

/** The scores that the versions gave to the right labels. */
export interface RightLabelScores {
  texts: number;
  /** Sums. */
  primary: number;
  candidate: number;
  /** As `addEvidence` has it: that the candidate's are lower. */
  readonly evidence: number[];
}

export interface FeedbackCounts {
  bothRight: number;
  /** Only the primary was right. */
  primaryRight: number;
  /** Only the candidate was right. */
  candidateRight: number;
  bothWrong: number;
}

/** By language. */
export type Comparison = Record<string, LanguageCounts>;

/** What two versions predicted for one text. */
export interface PairedPrediction {
  readonly language: string;
  readonly primary: string;
  readonly candidate: string;
}

export function createComparison(): Comparison {
  return createRecord();
}

/** Without members of its own: a label may be named `constructor`. */
function createRecord<T>(): Record<string, T> {
  return Object.create(null);
}

export function addPair(
  comparison: Comparison,
  { language, primary, candidate }: PairedPrediction,
): void {
  const counts = countsOf(comparison, language);
  counts.texts++;
  addLabels(counts, primary, candidate, 1);
}

/**
 * @param actual the right label of the text.
 * @param scores what each version gave to the right label, 0 to 1, where it is known.
 */
export function addFeedback(
  comparison: Comparison,
  { language, primary, candidate }: PairedPrediction,
  actual: string,
  scores?: { readonly primary: number; readonly candidate: number },
): void {
  const { feedback, rightLabel } = countsOf(comparison, language);
  feedback[outcomeOf(primary === actual, candidate === actual)]++;
  if (scores) {
    rightLabel.texts++;
    rightLabel.primary += scores.primary;
    rightLabel.candidate += scores.candidate;
    addEvidence(rightLabel.evidence, scores.primary - scores.candidate);
  }
}

function outcomeOf(isPrimaryRight: boolean, isCandidateRight: boolean): keyof FeedbackCounts {
  if (isPrimaryRight) {
    return isCandidateRight ? 'bothRight' : 'primaryRight';
  }
  return isCandidateRight ? 'candidateRight' : 'bothWrong';
}

function countsOf(comparison: Comparison, language: string): LanguageCounts {
  comparison[language] ??= emptyCounts();
  return comparison[language];
}

function emptyCounts(): LanguageCounts {
  return {
    texts: 0,
    labels: createRecord(),
    feedback: { bothRight: 0, primaryRight: 0, candidateRight: 0, bothWrong: 0 },
    rightLabel: { texts: 0, primary: 0, candidate: 0, evidence: noEvidence() },
  };
}

export function addComparisons(comparisons: readonly Comparison[]): Comparison {
  const sum = createComparison();
  for (const comparison of comparisons) {
    for (const [language, counts] of Object.entries(comparison)) {
      addCounts(countsOf(sum, language), counts);
    }
  }
  return sum;
}

/** All languages as one. */
export function totalOf(comparison: Comparison): LanguageCounts {
  const total = emptyCounts();
  for (const counts of Object.values(comparison)) {
    addCounts(total, counts);
  }
  return total;
}

function addCounts(
  sum: LanguageCounts,
  { texts, labels, feedback, rightLabel }: LanguageCounts,
): void {
  sum.texts += texts;
  for (const [primary, row] of Object.entries(labels)) {
    for (const [candidate, count] of Object.entries(row)) {
      addLabels(sum, primary, candidate, count);
    }
  }
  for (const outcome of Object.keys(feedback) as (keyof FeedbackCounts)[]) {
    sum.feedback[outcome] += feedback[outcome];
  }
  sum.rightLabel.texts += rightLabel.texts;
  sum.rightLabel.primary += rightLabel.primary;
  sum.rightLabel.candidate += rightLabel.candidate;
  rightLabel.evidence.forEach((value, i) => {
    sum.rightLabel.evidence[i] = (sum.rightLabel.evidence[i] ?? 0) + value;
  });
}

function addLabels(
  { labels }: LanguageCounts,
  primary: string,
  candidate: string,
  count: number,
): void {
  labels[primary] ??= createRecord();
  labels[primary][candidate] = (labels[primary][candidate] ?? 0) + count;
}
