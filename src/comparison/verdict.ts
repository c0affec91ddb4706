/** What the counts of a comparison mean: how often two versions agree, and which is right more often. */
import { wilsonInterval } from '../statistics.ts';
import {
  type Comparison,
  type FeedbackCounts,
  type LanguageCounts,
  totalOf,
} from './comparison.ts';
import { anytimePValue } from './sequential-test.ts';

/**
 * Of all texts together, the probability that a candidate that is as good as the primary is ever called
 * better or worse; and the same for all languages together (Bonferroni's correction).
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
  readonly decision: Decision;
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

function judgeScope({ texts, labels, feedback }: LanguageCounts, alpha: number): ScopeVerdict {
  const pairs = Object.entries(labels).flatMap(([primary, row]) =>
    Object.entries(row).map(([candidate, count]) => ({ primary, candidate, texts: count })),
  );
  const changes = pairs
    .filter(({ primary, candidate }) => primary !== candidate)
    .sort((a, b) => b.texts - a.texts);
  const disagreed = changes.reduce((sum, change) => sum + change.texts, 0);
  const { primaryRight, candidateRight } = feedback;
  const pValue = anytimePValue(primaryRight, candidateRight);
  return {
    texts,
    agreement: agreementOf(texts - disagreed, texts),
    changes: changes.slice(0, MAX_CHANGES),
    feedback,
    pValue,
    decision: decide(feedback, pValue <= alpha),
  };
}

function agreementOf(agreed: number, texts: number): ScopeVerdict['agreement'] {
  if (texts === 0) {
    return undefined;
  }
  const [low, high] = wilsonInterval(agreed, texts);
  return { share: round(agreed / texts), low: round(low), high: round(high) };
}

function decide({ primaryRight, candidateRight }: FeedbackCounts, isSure: boolean): Decision {
  if (!isSure) {
    return 'undecided';
  }
  return candidateRight > primaryRight ? 'better' : 'worse';
}

/** Six decimals. */
function round(share: number): number {
  return Math.round(share * 1e6) / 1e6;
}
