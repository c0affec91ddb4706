/** The languages of the traffic, and which of them the model knows. */
import type { ConsoleData } from '../../api/console.ts';
import { languageName, UNDETERMINED } from '../../terminal/languages.ts';
import { sumsOf } from './series.ts';

export type Familiarity = 'known' | 'foreign' | 'undetermined';

/** @param known empty where the version has no profile: then no language is foreign. */
export function familiarity(language: string, known: readonly string[]): Familiarity {
  if (language === UNDETERMINED) {
    return 'undetermined';
  }
  return known.length === 0 || known.includes(language) ? 'known' : 'foreign';
}

export interface LanguageShare {
  readonly language: string;
  readonly familiarity: Familiarity;
  /** Texts of the drift window. */
  readonly count: number;
  /** Share of the drift window. */
  readonly observed: number;
  /** Share of the last minute; undefined without any text. */
  readonly recent: number | undefined;
  /** Share of the training data; undefined where the version has no profile. */
  readonly reference: number | undefined;
}

/** The languages of the drift window: foreign ones first, then by their share. */
export function languageShares(data: ConsoleData): LanguageShare[] {
  const { drift, recent } = data;
  const sums = (seconds: number) => sumsOf(data, ({ languages }) => languages, seconds);
  const counts = Object.entries(sums(drift.windowSeconds));
  const total = counts.reduce((sum, [, n]) => sum + n, 0);
  const recentCounts = sums(recent.windowSeconds);
  const recentTotal = Object.values(recentCounts).reduce((sum, n) => sum + n, 0);
  const bins = drift.features.find(({ feature }) => feature === 'language')?.bins;
  return counts
    .map(([language, count]) => ({
      language,
      familiarity: familiarity(language, drift.known),
      count,
      observed: count / total,
      recent: recentTotal === 0 ? undefined : (recentCounts[language] ?? 0) / recentTotal,
      reference: bins?.find(({ bin }) => bin === language)?.reference,
    }))
    .sort(
      (a, b) =>
        Number(b.familiarity === 'foreign') - Number(a.familiarity === 'foreign') ||
        b.count - a.count,
    );
}

/** `English, German`; empty where nothing is known. */
export function languageNames(codes: readonly string[]): string {
  return codes
    .filter((code) => code !== UNDETERMINED && code !== 'other')
    .map(languageName)
    .join(', ');
}
