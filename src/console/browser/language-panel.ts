/** Which languages arrive over time, and how much of them. */
import type { ChartSeries } from './chart.ts';
import { byId, element, headerRow, placeholder } from './dom.ts';
import { capitalized, languageName, languageWithCode, percent, rate } from './format.ts';
import { type Familiarity, familiarity, type LanguageShare, languageShares } from './languages.ts';
import { createPanel, swatch } from './panel.ts';
import { timelineOf } from './series.ts';
import type { ConsoleData } from './types.ts';

/** Colours of each kind in the style sheet; further languages share the last one. */
const COLORS: Readonly<Record<Familiarity, number>> = { foreign: 6, known: 8, undetermined: 1 };

/** From the bottom of the stack: a language that is new rises from the ground, not from a ragged edge. */
const ORDER: readonly Familiarity[] = ['foreign', 'undetermined', 'known'];

type Palette = (language: string, kind: Familiarity) => ChartSeries;

export function startLanguages(): (data: ConsoleData) => void {
  const palette = createPalette();
  const panel = createPanel('languages', { kind: 'stack', format: rate, least: 1 });

  return (data) => {
    const { known } = data.drift;
    const { times, column } = timelineOf(data);
    const languages = stackOrder(data);
    panel.show(
      languages.map((language) => palette(language, familiarity(language, known))),
      times,
      languages.map((language) =>
        column((step) => (step.languages[language] ?? 0) / data.stepSeconds, 0),
      ),
    );
    showLegend(data, palette);
  };
}

/** Languages of the whole history, the bottom of the stack first. */
function stackOrder({ steps, drift }: ConsoleData): string[] {
  const totals = new Map<string, number>();
  for (const { languages } of steps) {
    for (const [language, n] of Object.entries(languages)) {
      totals.set(language, (totals.get(language) ?? 0) + n);
    }
  }
  const rank = (language: string): number => ORDER.indexOf(familiarity(language, drift.known));
  return [...totals]
    .sort(([a, n], [b, m]) => rank(a) - rank(b) || m - n)
    .map(([language]) => language);
}

/** A language keeps the colour in which it was seen first. */
function createPalette(): Palette {
  const given: Record<Familiarity, string[]> = { foreign: [], known: [], undetermined: [] };
  return (language, kind) => {
    const seen = given[kind];
    if (!seen.includes(language)) {
      seen.push(language);
    }
    const color = `--${kind}-${Math.min(seen.indexOf(language) + 1, COLORS[kind])}`;
    const name = languageName(language);
    return kind === 'foreign' ? { name, color, striped: true } : { name, color };
  };
}

function showLegend(data: ConsoleData, palette: Palette): void {
  const shares = languageShares(data);
  const legend = byId('languages-legend');
  if (shares.length === 0) {
    legend.replaceChildren(placeholder('No text in the last 5 minutes.'));
    return;
  }
  legend.replaceChildren(
    element(
      'table',
      {},
      element(
        'caption',
        { class: 'hidden' },
        'Share of the texts by language: of the last minute, of the last 5 minutes, of the training data',
      ),
      element('thead', {}, headerRow('Language', '1 min', '5 min', 'Training')),
      element('tbody', {}, ...shares.map((share) => legendRow(share, palette))),
    ),
  );
}

function legendRow(share: LanguageShare, palette: Palette): HTMLElement {
  const { language, familiarity: kind } = share;
  const foreign = kind === 'foreign';
  return element(
    'tr',
    foreign ? { class: 'foreign' } : {},
    element(
      'th',
      { scope: 'row' },
      swatch(palette(language, kind)),
      capitalized(languageWithCode(language)),
      foreign ? element('span', { class: 'tag' }, 'foreign') : undefined,
    ),
    ...[share.recent, share.observed, share.reference].map((value) =>
      element('td', { class: 'number' }, value === undefined ? '–' : percent(value)),
    ),
  );
}
