/** The share of right predictions among those with feedback, and which labels are confused. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { ConsoleData } from '../../../api/console.ts';
import { count, percent } from '../format.ts';
import { Empty, HeaderRow, Panel, shareStyle } from './parts.ts';

export function FeedbackPanel({ data }: { data: ConsoleData | undefined }): VNode {
  return html`
    <${Panel} id="feedback" title="Feedback" unit="since the model was loaded">
      <div id="feedback">${data && html`<${Confusion} ...${data} />`}</div>
    <//>
  `;
}

function Confusion({ feedback, labels }: Pick<ConsoleData, 'feedback' | 'labels'>): VNode {
  const cell = (predicted: string, actual: string): number => feedback[predicted]?.[actual] ?? 0;
  const sum = (values: readonly number[]): number => values.reduce((total, n) => total + n, 0);
  const total = sum(labels.flatMap((row) => labels.map((column) => cell(row, column))));
  if (total === 0) {
    return html`<${Empty}>None yet. “Try a text” and POST /feedback report which label is right.<//>`;
  }
  const right = sum(labels.map((label) => cell(label, label)));
  const cellOf = (predicted: string, actual: string): VNode => {
    const n = cell(predicted, actual);
    const name = predicted === actual ? 'right' : undefined;
    return html`<td class=${name} style=${shareStyle(n / total)}>${count(n)}</td>`;
  };
  const rows = labels.map(
    (predicted) => html`
      <tr>
        <th scope="row">${predicted}</th>
        ${labels.map((actual) => cellOf(predicted, actual))}
      </tr>
    `,
  );
  return html`
    <p class="fact">
      <strong>${percent(right / total)}</strong>${` right: ${count(right)} of ${count(total)}`}
    </p>
    <table class="confusion">
      <caption>Rows: predicted. Columns: what was right.</caption>
      <thead><${HeaderRow} names=${['', ...labels]} /></thead>
      <tbody>${rows}</tbody>
    </table>
  `;
}
