/** How the candidate compares with the version that serves: sentences, a table, examples. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { ShadowStatus } from '../../../api/admin.ts';
import { languageName } from '../../../terminal/languages.ts';
import { capitalized, counted, percent, shortCommit } from '../../../terminal/quantities.ts';
import { count } from '../format.ts';
import { headerRow } from './parts.ts';

type Scope = ShadowStatus['verdict']['all'];

export function comparison(status: ShadowStatus): VNode {
  const { summary, verdict, dropped, primary, candidate } = status;
  const languages = Object.entries(verdict.languages);
  const head = ['Language', 'Texts', 'Agree', 'With feedback'];
  const right = [primary, candidate].map((version) => `${nameOf(version)} right`);
  return html`
    <ul id="comparison-summary" class="summary">
      ${summary.map((sentence) => html`<li>${sentence}</li>`)}
    </ul>
    ${
      languages.length > 0 &&
      html`
        <div class="scroll" role="region" aria-label="Comparison by language" tabindex="0">
          <table id="comparison" class="datasets">
            ${headerRow(...head, ...right, 'Decision')}
            <tbody>
              ${languages.map(([code, scope]) => scopeRow(capitalized(languageName(code)), scope))}
              ${languages.length > 1 && scopeRow('All', verdict.all)}
            </tbody>
          </table>
        </div>
      `
    }
    ${
      dropped > 0 &&
      html`<p class="note">
        ${counted(dropped, 'text')} not compared: the server was busy, or the candidate failed.
      </p>`
    }
  `;
}

function scopeRow(name: string, { texts, agreement, feedback, decision }: Scope): VNode {
  const { bothRight, primaryRight, candidateRight, bothWrong } = feedback;
  const total = bothRight + primaryRight + candidateRight + bothWrong;
  const number = (text: string): VNode => html`<td class="number">${text}</td>`;
  const right = (n: number): VNode => number(total === 0 ? '–' : percent(n / total));
  const interval = agreement && ` (${percent(agreement.low)} to ${percent(agreement.high)})`;
  return html`
    <tr key=${name}>
      <th scope="row">${name}</th>
      ${number(count(texts))}
      <td class="number">
        ${agreement ? percent(agreement.share) : '–'}<span class="interval">${interval}</span>
      </td>
      ${number(count(total))} ${right(bothRight + primaryRight)} ${right(bothRight + candidateRight)}
      ${number(total === 0 ? '–' : decision)}
    </tr>
  `;
}

/** The last texts with different labels, as the log has them. */
export function comparisonExamples({ examples, primary, candidate }: ShadowStatus): VNode {
  const side = ({ label, score }: (typeof examples)[number]['primary']): string =>
    `${label} ${percent(score)}`;
  const row = (each: (typeof examples)[number]): VNode => html`
    <tr>
      <td>${capitalized(languageName(each.language))}</td>
      <td>${side(each.primary)} → ${side(each.candidate)}</td>
      <td class="text"><bdi>${each.input ?? 'not in the log'}</bdi></td>
    </tr>
  `;
  return html`
    <details id="comparison-examples">
      <summary>The last texts with different labels</summary>
      <table class="predictions">
        ${headerRow('Language', `${nameOf(primary)} → ${nameOf(candidate)}`, 'Text')}
        <tbody>${examples.map(row)}</tbody>
      </table>
    </details>
  `;
}

function nameOf({ tag, commit }: ShadowStatus['primary']): string {
  return tag ?? shortCommit(commit);
}
