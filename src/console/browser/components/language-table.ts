/** The share of each language in the traffic, beside its share in the training data. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { ConsoleData } from '../../../api/console.ts';
import { capitalized, languageWithCode, percent } from '../../../terminal/quantities.ts';
import {
  foldStrays,
  type LanguageShare,
  languageAlarms,
  languageNames,
  languageShares,
} from '../languages.ts';
import { languageSeries } from '../palette.ts';
import { STRAYS } from '../plots.ts';
import type { Source } from '../series.ts';
import { alarmMark, bar, empty, headerRow, type OnTexts, swatch, textsLink } from './parts.ts';

interface Props {
  readonly data: ConsoleData;
  readonly source: Source;
  /** `15 min`, `24 h`: all that the chart shows. */
  readonly span: string;
  readonly onTexts: OnTexts;
}

/** The time that the bars are of. */
const LASTING = '5 min';

/** Which columns there are beside those of the last minutes and of the training data. */
interface Columns {
  readonly hasShown: boolean;
  readonly hasNormal: boolean;
}

export function LanguageTable({ data, source, span, onTexts }: Props): VNode {
  const [isUnfolded, setUnfolded] = useState(false);
  const { main, strays } = foldStrays(languageShares(data, source));
  if (main.length === 0) {
    return empty(`No text in the last ${span}.`);
  }
  const columns = {
    hasShown: span !== LASTING,
    hasNormal: Object.keys(data.drift.normal).length > 0,
  };
  const alarms = languageAlarms(data);
  const row = (share: LanguageShare): VNode => {
    const { language, alarm } = share;
    const series = languageSeries(language, alarms);
    const name = capitalized(languageWithCode(language));
    const filter = { feature: 'language', bins: [language], name };
    return html`
      <tr key=${language} data-severity=${alarm}>
        <th scope="row">
          ${textsLink(filter, onTexts, html`${swatch(series)}${name}`)}${alarm && alarmMark()}
        </th>
        ${numbers(share, columns, bar(share.lasting, '', series))}
      </tr>
    `;
  };
  const head = [
    ...['Language', LASTING],
    ...(columns.hasShown ? [span] : []),
    'Training',
    ...(columns.hasNormal ? ['Normal'] : []),
  ];
  return html`
    <table id="languages-table">
      <caption class="hidden">
        ${`Share of the texts by language: of the last 5 minutes, of all that the chart shows, of the training data`}
      </caption>
      ${headerRow(...head)}
      <tbody>
        ${main.map(row)}
        ${
          strays.length > 0 &&
          html`
            ${straysRow(strays, columns, isUnfolded, () => setUnfolded(!isUnfolded))}
            ${isUnfolded && strays.map(row)}
          `
        }
      </tbody>
    </table>
  ` as VNode;
}

/** One row for all of them, which unfolds. */
function straysRow(
  strays: readonly LanguageShare[],
  columns: Columns,
  isUnfolded: boolean,
  onToggle: () => void,
): VNode {
  const names = languageNames(strays.map(({ language }) => language));
  const sum = (of: (share: LanguageShare) => number | undefined): number =>
    strays.reduce((total, share) => total + (of(share) ?? 0), 0);
  const all: LanguageShare = {
    ...{ language: '', alarm: undefined },
    ...{ lasting: sum(({ lasting }) => lasting), shown: sum(({ shown }) => shown) },
    training: sum(({ training }) => training),
    normal: sum(({ normal }) => normal),
  };
  return html`
    <tr key="others">
      <th scope="row">
        <button type="button" class="link" aria-expanded=${isUnfolded} title=${names} onClick=${onToggle}>
          ${swatch(STRAYS)}${`${strays.length} others`}
        </button>
      </th>
      ${numbers(all, columns, bar(all.lasting, '', STRAYS))}
    </tr>
  ` as VNode;
}

function numbers(
  { lasting, shown, training, normal }: LanguageShare,
  columns: Columns,
  lastingBar: VNode,
): VNode[] {
  const number = (value: number | undefined): VNode =>
    html`<td class="number">${value === undefined ? '–' : percent(value)}</td>`;
  return [
    html`<td class="number share"><div class="share-bar">${lastingBar}<span>${percent(lasting)}</span></div></td>`,
    ...(columns.hasShown ? [number(shown)] : []),
    number(training),
    ...(columns.hasNormal ? [number(normal)] : []),
  ] as VNode[];
}
