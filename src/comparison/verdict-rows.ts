/** A verdict as the cells of a table. */
import { languageName } from '../terminal/languages.ts';
import { formatCount, formatShare } from '../terminal/numbers.ts';
import { formatPValue } from './describe-verdict.ts';
import type { ScopeVerdict, Verdict } from './verdict.ts';

/**
 * The head of a row for each language, and the cells of each: how many texts have feedback, and on how many
 * only one version was right.
 *
 * @param names of the versions.
 */
export function verdictRows(
  verdict: Verdict,
  names: { readonly primary: string; readonly candidate: string },
): { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  const languages = Object.entries(verdict.languages);
  return {
    head: [
      ...['language', 'texts', 'agree', '95 % interval', 'feedback'],
      ...[`only ${names.candidate}`, `only ${names.primary}`, 'p', 'decision'],
    ],
    rows: [
      ...languages.map(([code, scope]) => [languageName(code), ...scopeCells(scope)]),
      ...(languages.length > 1 ? [['all', ...scopeCells(verdict.all)]] : []),
    ],
  };
}

function scopeCells({ texts, agreement, feedback, pValue, decision }: ScopeVerdict): string[] {
  const { bothRight, candidateRight, primaryRight, bothWrong } = feedback;
  const total = bothRight + candidateRight + primaryRight + bothWrong;
  const hasFeedback = total > 0;
  return [
    formatCount(texts),
    agreement ? formatShare(agreement.share) : '-',
    agreement ? `${formatShare(agreement.low)} to ${formatShare(agreement.high)}` : '-',
    ...[total, candidateRight, primaryRight].map((count) =>
      hasFeedback ? formatCount(count) : '-',
    ),
    hasFeedback ? formatPValue(pValue).replace('p = ', '').replace('p < ', '<') : '-',
    hasFeedback ? decision : '-',
  ];
}

/** `neutral → negative`, `1,234`. */
export function changeRows({ all }: Verdict): (readonly [string, string])[] {
  return all.changes.map(({ primary, candidate, texts }) => [
    `${primary} → ${candidate}`,
    formatCount(texts),
  ]);
}
