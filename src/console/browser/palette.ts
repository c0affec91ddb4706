/** The colours of languages in charts and legends. */
import { languageName } from '../../terminal/languages.ts';
import type { Familiarity } from './languages.ts';
import type { ChartSeries } from './series.ts';

/** Colours of each kind of language; further languages share the last one. */
const LANGUAGE_COLORS: Readonly<Record<Familiarity, number>> = {
  foreign: 6,
  known: 8,
  undetermined: 1,
};

/** The series of a language, which keeps the colour that it had first. */
export type Palette = (language: string, kind: Familiarity) => ChartSeries;

export function createPalette(): Palette {
  const seen: Record<Familiarity, string[]> = { foreign: [], known: [], undetermined: [] };
  return (language, kind) => {
    if (!seen[kind].includes(language)) {
      seen[kind].push(language);
    }
    const color = Math.min(seen[kind].indexOf(language) + 1, LANGUAGE_COLORS[kind]);
    return {
      name: languageName(language),
      color: `--${kind}-${color}`,
      striped: kind === 'foreign',
    };
  };
}
