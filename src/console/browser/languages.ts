/** Which languages the model knows. */
import { UNDETERMINED } from './format.ts';
import { RECENT_SECONDS, sumsOf } from './series.ts';
import type { ConsoleData } from './types.ts';

export type Familiarity = 'known' | 'foreign' | 'undetermined';

/** @param known empty where the version has no profile, and nothing can be foreign to it. */
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
  readonly observed: number;
  /** Share of the last minute; undefined without any text. */
  readonly recent: number | undefined;
  /** Share of the training data; undefined where the version has no profile. */
  readonly reference: number | undefined;
}

/** The languages of the drift window: foreign ones first, then by their share. */
export function languageShares(data: ConsoleData): LanguageShare[] {
  const { drift } = data;
  const counts = Object.entries(sumsOf(data, ({ languages }) => languages));
  const total = counts.reduce((sum, [, n]) => sum + n, 0);
  const recent = sumsOf(data, ({ languages }) => languages, RECENT_SECONDS);
  const recentTotal = Object.values(recent).reduce((sum, n) => sum + n, 0);
  const bins = drift.features.find(({ feature }) => feature === 'language')?.bins;
  return counts
    .map(([language, count]) => ({
      language,
      familiarity: familiarity(language, drift.known),
      count,
      observed: count / total,
      recent: recentTotal === 0 ? undefined : (recent[language] ?? 0) / recentTotal,
      reference: bins?.find(({ bin }) => bin === language)?.reference,
    }))
    .sort(
      (a, b) =>
        Number(b.familiarity === 'foreign') - Number(a.familiarity === 'foreign') ||
        b.count - a.count,
    );
}
