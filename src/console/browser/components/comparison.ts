/** How the candidate compares with the version that serves: sentences, a table, examples. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { ShadowStatus } from '../../../api/admin.ts';
import { languageName } from '../../../terminal/languages.ts';
import { formatScore } from '../../../terminal/numbers.ts';
import { count, percent } from '../format.ts';
import { headerRow } from './parts.ts';

type Scope = ShadowStatus['verdict']['all'];

export function comparison(status: ShadowStatus): VNode {
  const { summary, verdict, dropped } = status;
  const languages = Object.entries(verdict.languages);
  const rows = languages.map(([code, scope]) => scopeRow(languageName(code), scope));
  return html`
    <ul id="comparison-summary" class="summary" aria-live="off">
      ${summary.map((sentence) => html`<li key=${sentence}>${sentence}</li>`)}
    </ul>
    ${
      languages.length > 0 &&
      html`
        <div class="scroll">
          <table class="datasets">
            ${headerRow('Language', 'Texts', 'Agree', 'Interval', 'Right by feedback', 'Decision')}
            <tbody>
              ${rows}${languages.length > 1 && scopeRow('All', verdict.all)}
            </tbody>
          </table>
        </div>
      `
    }
    ${dropped > 0 && html`<p class="note">${count(dropped)} texts were dropped: the server was busy.</p>`}
    ${status.examples.length > 0 && examples(status)}
  `;
}

/** Right: the candidate and the primary, of the texts with feedback. */
function scopeRow(name: string, { texts, agreement, feedback, decision }: Scope): VNode {
  const { bothRight, primaryRight, candidateRight, bothWrong } = feedback;
  const total = bothRight + primaryRight + candidateRight + bothWrong;
  const right =
    total === 0
      ? '–'
      : `${count(bothRight + candidateRight)} : ${count(bothRight + primaryRight)} of ${count(total)}`;
  const number = (text: string): VNode => html`<td class="number">${text}</td>`;
  return html`
    <tr key=${name}>
      <th scope="row">${name}</th>
      ${number(count(texts))}
      ${number(agreement ? percent(agreement.share) : '–')}
      ${number(agreement ? `${percent(agreement.low)} to ${percent(agreement.high)}` : '–')}
      ${number(right)}
      ${number(total === 0 ? '–' : decision)}
    </tr>
  `;
}

function examples({ examples: found, primary, candidate }: ShadowStatus): VNode {
  const nameOf = ({ tag, commit }: ShadowStatus['primary']): string => tag ?? commit.slice(0, 8);
  const side = ({ label, score }: (typeof found)[number]['primary']): VNode =>
    html`<td>${label} ${formatScore(score)}</td>`;
  return html`
    <details id="comparison-examples">
      <summary>The last texts with different labels</summary>
      <div class="scroll">
        <table class="examples">
          ${headerRow('Text', 'Language', nameOf(primary), nameOf(candidate))}
          <tbody>
            ${found.map(
              (each) => html`
                <tr>
                  <td class="text"><bdi>${each.input ?? 'not in the log'}</bdi></td>
                  <td>${languageName(each.language)}</td>
                  ${side(each.primary)}${side(each.candidate)}
                </tr>
              `,
            )}
          </tbody>
        </table>
      </div>
    </details>
  `;
}
