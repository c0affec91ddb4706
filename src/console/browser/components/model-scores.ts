/** The scores of the version on test data, as far as metrics.json has the shape of the versions here. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { capitalized, percent } from '../../../terminal/quantities.ts';
import { count } from '../format.ts';
import { bar, empty, headerRow } from './parts.ts';

/** Where a data set has scores of several kinds of weights, those of the served ones are shown. */
const SERVED_WEIGHTS = 'int8';

export function modelScores(metrics: unknown): VNode {
  const { datasets, primary } = asRecord(metrics);
  const sets = Object.entries(asRecord(datasets)).map(([name, each]) => readDataset(name, each));
  const names = [...new Set(sets.flatMap(({ scores }) => Object.keys(scores)))].sort(
    (a, b) => Number(b === primary) - Number(a === primary),
  );
  if (names.length === 0) {
    return empty('The version has no scores.');
  }
  const titles = names.map((name) =>
    // Long words may be divided, on a phone.
    capitalized(
      name
        .replaceAll('_', ' ')
        .replace(/\bf1\b/, 'F1')
        .replace(/(accu|calibra)(racy|tion)/, '$1\u00ad$2'),
    ),
  );
  const number = (text: string): VNode => html`<td class="number">${text}</td>`;
  const scoreCell = (score: number | undefined, isFirst: boolean): VNode =>
    score !== undefined && isFirst
      ? html`<td class="number primary">${bar(score)}${percent(score)}</td>`
      : number(score === undefined ? '–' : percent(score));
  const row = ({ name, rows, scores }: (typeof sets)[number]): VNode => html`
    <tr>
      <th scope="row">${name}</th>
      ${number(rows === undefined ? '–' : count(rows))}
      ${names.map((each, i) => scoreCell(scores[each], i === 0))}
    </tr>
  `;
  return html`
    <div class="results">
      <h3>Scores on test data</h3>
      <table class="datasets">
        ${headerRow('Data set', 'Texts', ...titles)}
        <tbody>${sets.map(row)}</tbody>
      </table>
    </div>
  `;
}

function readDataset(name: string, dataset: unknown) {
  const { rows, ...variants } = asRecord(dataset);
  const chosen = asRecord(variants[SERVED_WEIGHTS] ?? Object.values(variants).at(-1));
  const isNumber = (value: unknown): value is number => typeof value === 'number';
  const { after } = asRecord(chosen.calibration_error);
  const scores: Record<string, number> = Object.fromEntries(
    Object.entries({ ...chosen, calibration_error: after }).flatMap(([key, value]) =>
      isNumber(value) ? [[key, value]] : [],
    ),
  );
  return { name, rows: isNumber(rows) ? rows : undefined, scores };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
