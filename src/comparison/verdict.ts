/** What the counts of a comparison mean: how often two versions agree, and which is right more often. */
import { round, wilsonInterval } from '../statistics.ts';
import {
  type Comparison,
  type FeedbackCounts,
  type LanguageCounts,
  totalOf,
} from './comparison.ts';
import { anytimePValue, evidencePValue } from './sequential-test.ts';

/**
 * Of all texts together, the probability that a candidate that is as good as the primary is ever called
 * better or worse, by each of the two tests; and the same for all languages together (Bonferroni).
 */
const ALPHA = 0.01;
const MAX_CHANGES = 5;

/** Whether the candidate is right more often than the primary. */
export type Decision = 'better' | 'worse' | 'undecided';

/** Texts to which the versions give different labels. */
export interface LabelChange {
  readonly primary: string;
  readonly candidate: string;
  readonly texts: number;
}

/** Of one language, or of all. */
export interface ScopeVerdict {
  readonly texts: number;
  /** Share of the texts on which both agree, with its interval of 95 %; undefined without texts. */
  readonly agreement?:
    | { readonly share: number; readonly low: number; readonly high: number }
    | undefined;
  /** The most frequent ones. */
  readonly changes: readonly LabelChange[];
  readonly feedback: FeedbackCounts;
  /** That both are right equally often; valid at any time. */
  readonly pValue: number;
  /** Mean scores of the right labels, where both are known. */
  readonly rightLabel?: RightLabelVerdict | undefined;
  readonly decision: Decision;
  /** Whether the labels decided, not the scores alone. */
  readonly isByLabels: boolean;
}

export interface RightLabelVerdict {
  readonly texts: number;
  readonly primary: number;
  readonly candidate: number;
  /** That the candidate's is not lower; valid at any time. */
  readonly pValue: number;
}

export interface Verdict {
  readonly all: ScopeVerdict;
  /** By language, the one with most texts first. */
  readonly languages: Readonly<Record<string, ScopeVerdict>>;
}

export function judge(comparison: Comparison): Verdict {
  const languages = Object.entries(comparison).sort(([, a], [, b]) => b.texts - a.texts);
  // Those without feedback are not tested.
  const tested = languages.filter(([, { feedback }]) => hasFeedback(feedback)).length;
  return {
    all: judgeScope(totalOf(comparison), ALPHA),
    languages: Object.fromEntries(
      languages.map(([language, counts]) => [
        language,
        judgeScope(counts, ALPHA / Math.max(1, tested)),
      ]),
    ),
  };
}

function hasFeedback(feedback: FeedbackCounts): boolean {
  return Object.values(feedback).some((count) => count > 0);
}

function judgeScope(counts: LanguageCounts, alpha: number): ScopeVerdict {
  const { texts, labels, feedback } = counts;
  const pairs = Object.entries(labels).flatMap(([primary, row]) =>
    Object.entries(row).map(([candidate, count]) => ({ primary, candidate, texts: count })),
  );
  const changes = pairs
    .filter(({ primary, candidate }) => primary !== candidate)
    .sort((a, b) => b.texts - a.texts);
  const disagreed = changes.reduce((sum, change) => sum + change.texts, 0);
  const { primaryRight, candidateRight } = feedback;
  const pValue = anytimePValue(primaryRight, candidateRight);
  const rightLabel = rightLabelOf(counts);
  return {
    texts,
    agreement: agreementOf(texts - disagreed, texts),
    changes: changes.slice(0, MAX_CHANGES),
    feedback,
    pValue,
    rightLabel,
    decision: decide(feedback, { pValue, rightLabel, alpha }),
    isByLabels: pValue <= alpha,
  };
}

function rightLabelOf({ rightLabel }: LanguageCounts): RightLabelVerdict | undefined {
  const { texts, primary, candidate, evidence } = rightLabel;
  return texts === 0
    ? undefined
    : {
        texts,
        primary: round(primary / texts, 1e6),
        candidate: round(candidate / texts, 1e6),
        pValue: evidencePValue(evidence),
      };
}

function agreementOf(agreed: number, texts: number): ScopeVerdict['agreement'] {
  if (texts === 0) {
    return undefined;
  }
  const [low, high] = wilsonInterval(agreed, texts);
  return { share: round(agreed / texts, 1e6), low: round(low, 1e6), high: round(high, 1e6) };
}

/**
 * Labels alone can make a candidate better: its scores may be higher because it is too sure. Lower ones are a
 * reason for a warning, and need a fraction of the feedback.
 */
function decide(
  { primaryRight, candidateRight }: FeedbackCounts,
  {
    pValue,
    rightLabel,
    alpha,
  }: Pick<ScopeVerdict, 'pValue' | 'rightLabel'> & { readonly alpha: number },
): Decision {
  if (pValue <= alpha) {
    return candidateRight > primaryRight ? 'better' : 'worse';
  }
  return rightLabel && rightLabel.pValue <= alpha ? 'worse' : 'undecided';
}
