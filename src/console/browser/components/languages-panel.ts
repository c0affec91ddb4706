/** The languages of the texts over time, and their shares. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useMemo, useRef } from 'preact/hooks';
import type { ConsoleData } from '../../../api/console.ts';
import type { ChartOptions, ChartSeries, Plot } from '../chart.ts';
import { capitalized, languageName, languageWithCode, percent, rate } from '../format.ts';
import { type Familiarity, familiarity, type LanguageShare, languageShares } from '../languages.ts';
import { timelineOf } from '../series.ts';
import { WideChartPanel } from './chart-panel.ts';
import { Empty, ForeignMark, HeaderRow, Swatch } from './parts.ts';

/** Colours of each kind in the style sheet; further languages share the last one. */
const COLORS: Readonly<Record<Familiarity, number>> = { foreign: 6, known: 8, undetermined: 1 };

/** From the bottom of the stack: a new language grows from the axis, where its height can be read. */
const ORDER: readonly Familiarity[] = ['foreign', 'undetermined', 'known'];

const CHART: ChartOptions = { kind: 'stack', format: rate, minTop: 1 };

type Palette = (language: string, kind: Familiarity) => ChartSeries;

export function LanguagesPanel({ data }: { data: ConsoleData | undefined }): VNode {
  const palette = useRef(createPalette()).current;
  const plot = useMemo(() => data && plotOf(data, palette), [data, palette]);
  return html`
    <${WideChartPanel}
      id="languages" title="Languages" unit="texts/s, stacked" class="languages"
      options=${CHART} plot=${plot}
    >
      ${data && html`<${Legend} data=${data} palette=${palette} />`}
    <//>
  `;
}

function plotOf(data: ConsoleData, palette: Palette): Plot {
  const { known } = data.drift;
  const { times, column } = timelineOf(data);
  const languages = stackOrder(data);
  return {
    series: languages.map((language) => palette(language, familiarity(language, known))),
    times,
    columns: languages.map((language) =>
      column((step) => (step.languages[language] ?? 0) / data.stepSeconds, 0),
    ),
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

/** A language keeps the colour that it had first. */
function createPalette(): Palette {
  const seen: Record<Familiarity, string[]> = { foreign: [], known: [], undetermined: [] };
  return (language, kind) => {
    if (!seen[kind].includes(language)) {
      seen[kind].push(language);
    }
    const color = `--${kind}-${Math.min(seen[kind].indexOf(language) + 1, COLORS[kind])}`;
    const name = languageName(language);
    return kind === 'foreign' ? { name, color, striped: true } : { name, color };
  };
}

function Legend({ data, palette }: { data: ConsoleData; palette: Palette }): VNode {
  const shares = languageShares(data);
  const recent = data.recent.windowSeconds / 60;
  const window = data.drift.windowSeconds / 60;
  if (shares.length === 0) {
    return html`<${Empty}>${`No text in the last ${window} minutes.`}<//>`;
  }
  return html`
    <table>
      <caption class="hidden">
        ${`Share of the texts by language: of the last minute, of the last ${window} minutes, of the training data`}
      </caption>
      <thead>
        <${HeaderRow} names=${['Language', `${recent} min`, `${window} min`, 'Training']} />
      </thead>
      <tbody>
        ${shares.map((share) => html`<${LegendRow} key=${share.language} share=${share} palette=${palette} />`)}
      </tbody>
    </table>
  `;
}

function LegendRow({ share, palette }: { share: LanguageShare; palette: Palette }): VNode {
  const { language, familiarity: kind } = share;
  const isForeign = kind === 'foreign';
  const numbers = [share.recent, share.observed, share.reference].map(
    (value) => html`<td class="number">${value === undefined ? '–' : percent(value)}</td>`,
  );
  return html`
    <tr class=${isForeign ? 'foreign' : undefined}>
      <th scope="row">
        <${Swatch} series=${palette(language, kind)} />
        ${capitalized(languageWithCode(language))}
        ${isForeign && html`<${ForeignMark} />`}
      </th>
      ${numbers}
    </tr>
  `;
}
