/** The share of each language in the traffic, beside its share in the training data. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { ConsoleData } from '../../../api/console.ts';
import { capitalized, languageWithCode, percent } from '../format.ts';
import { type LanguageShare, languageShares } from '../languages.ts';
import type { Palette } from '../palette.ts';
import { empty, foreignMark, headerRow, swatch } from './parts.ts';

export function languageLegend(data: ConsoleData, palette: Palette): VNode {
  const shares = languageShares(data);
  const recent = data.recent.windowSeconds / 60;
  const window = data.drift.windowSeconds / 60;
  if (shares.length === 0) {
    return empty(`No text in the last ${window} minutes.`);
  }
  const caption = `Share of the texts by language: of the last minute, of the last ${window} minutes, of the training data`;
  return html`
    <table>
      <caption class="hidden">${caption}</caption>
      ${headerRow('Language', `${recent} min`, `${window} min`, 'Training')}
      <tbody>${shares.map((share) => row(share, palette))}</tbody>
    </table>
  `;
}

function row(share: LanguageShare, palette: Palette): VNode {
  const { language, familiarity: kind, recent, observed, reference } = share;
  const number = (value: number | undefined): VNode =>
    html`<td class="number">${value === undefined ? '–' : percent(value)}</td>`;
  return html`
    <tr key=${language} class=${kind === 'foreign' ? 'foreign' : undefined}>
      <th scope="row">
        ${swatch(palette(language, kind))}${capitalized(languageWithCode(language))}
        ${kind === 'foreign' && foreignMark()}
      </th>
      ${[recent, observed, reference].map(number)}
    </tr>
  `;
}
