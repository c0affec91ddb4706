/** A verdict in sentences. */
import { languageName } from '../terminal/languages.ts';
import { formatCount, formatQuantity, formatShare } from '../terminal/numbers.ts';
import type { ScopeVerdict, Verdict } from './verdict.ts';

/** Languages with fewer texts are not named. */
const MIN_TEXTS = 20;
const MAX_LANGUAGES = 4;

/**
 * Such as: "v2.0.0 disagrees with v1.2.0 on 12.0 % of 1,000 texts: on 8.0 % of English, 41.0 % of German.
 * On the 120 texts with feedback where exactly one of them was right, it was v2.0.0 on 97 (p < 0.001): it is
 * right more often."
 *
 * @param names of the versions.
 */
export function describeVerdict(
  { all, languages }: Verdict,
  { primary, candidate }: { readonly primary: string; readonly candidate: string },
): string[] {
  if (!all.agreement) {
    return [`${candidate} has not predicted any text yet.`];
  }
  const share = formatShare(1 - all.agreement.share);
  const shares = Object.entries(languages)
    .filter(([, { texts }]) => texts >= MIN_TEXTS)
    .slice(0, MAX_LANGUAGES)
    .map(([language, scope]) => `${disagreement(scope)} of ${languageName(language)}`);
  const byLanguage = shares.length > 1 ? `: on ${shares.join(', ')}` : '';
  return [
    `${candidate} disagrees with ${primary} on ${share} of ${formatQuantity(all.texts, 'text')}${byLanguage}.`,
    describeFeedback(all, candidate, ''),
    ...describeScores(all),
    ...Object.entries(languages)
      .filter(([, { decision }]) => decision !== 'undecided' && decision !== all.decision)
      .map(([language, scope]) => describeFeedback(scope, candidate, ` ${languageName(language)}`)),
  ];
}

/** @param language with a space before it, or empty. */
function describeFeedback(scope: ScopeVerdict, candidate: string, language: string): string {
  const { primaryRight, candidateRight, bothRight, bothWrong } = scope.feedback;
  const onlyOne = primaryRight + candidateRight;
  if (onlyOne + bothRight + bothWrong === 0) {
    return `No feedback has come for${language} texts that both have predicted.`;
  }
  if (onlyOne === 0) {
    return `On every${language} text with feedback, both were right or both were wrong.`;
  }
  return (
    `On the ${formatQuantity(onlyOne, `${language} text`.trim())} with feedback where exactly one of them was ` +
    `right, it was ${candidate} on ${formatCount(candidateRight)} (${formatPValue(scope.pValue)}): ` +
    `${DECISIONS[scope.isByLabels ? scope.decision : 'undecided']}.`
  );
}

/** Where the labels alone do not decide. */
function describeScores({ rightLabel, decision, isByLabels }: ScopeVerdict): string[] {
  if (!rightLabel || decision === 'undecided' || isByLabels) {
    return [];
  }
  const { primary, candidate, texts, pValue } = rightLabel;
  return [
    `On the ${formatQuantity(texts, 'text')} with feedback, its mean score of the right label is ` +
      `${candidate.toFixed(3)}, that of the version that serves ${primary.toFixed(3)} ` +
      `(${formatPValue(pValue)}): it is worse.`,
  ];
}

const DECISIONS = {
  better: 'it is right more often',
  worse: 'it is right less often',
  undecided: 'not yet enough to decide',
};

function disagreement({ agreement }: ScopeVerdict): string {
  return formatShare(1 - (agreement?.share ?? 1));
}

/** `p = 0.042`, `p < 0.001`. */
export function formatPValue(value: number): string {
  return value < 0.001 ? 'p < 0.001' : `p = ${value.toFixed(3)}`;
}
