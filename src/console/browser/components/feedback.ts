/** The share of right predictions among those with feedback, and which labels are confused. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { ConsoleData } from '../../../api/console.ts';
import { percent } from '../../../terminal/quantities.ts';
import { count } from '../format.ts';
import { headerRow, shareStyle } from './parts.ts';

/** Undefined without any feedback. */
export function confusionTable({ feedback, labels }: ConsoleData): VNode | undefined {
  const countOf = (predicted: string, actual: string): number => feedback[predicted]?.[actual] ?? 0;
  const sum = (values: readonly number[]): number => values.reduce((total, n) => total + n, 0);
  const total = sum(labels.flatMap((row) => labels.map((column) => countOf(row, column))));
  if (total === 0) {
    return undefined;
  }
  const right = sum(labels.map((label) => countOf(label, label)));
  const cell = (predicted: string, actual: string): VNode => {
    const n = countOf(predicted, actual);
    const kind = predicted === actual ? 'right' : undefined;
    return html`<td class=${kind} style=${shareStyle(n / total)}>${count(n)}</td>`;
  };
  const row = (predicted: string): VNode => html`
    <tr><th scope="row">${predicted}</th>${labels.map((actual) => cell(predicted, actual))}</tr>
  `;
  return html`
    <p class="fact">
      <strong>${percent(right / total)}</strong>${` right: ${count(right)} of ${count(total)}`}
    </p>
    <table class="confusion">
      <caption>Rows: predicted. Columns: what was right.</caption>
      ${headerRow('', ...labels)}
      <tbody>${labels.map(row)}</tbody>
    </table>
  `;
}
