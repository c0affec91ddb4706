/** The scores of the version on test data, as far as metrics.json has the shape of the versions here. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { capitalized, count, percent } from '../format.ts';
import { Bar, Empty, HeaderRow } from './parts.ts';

/** Where a data set has scores of several kinds of weights, those of the served ones are shown. */
const SERVED_WEIGHTS = 'int8';

interface Dataset {
  readonly name: string;
  readonly rows: number | undefined;
  readonly scores: Readonly<Record<string, number>>;
}

export function ModelScores({ metrics }: { metrics: unknown }): VNode {
  const { datasets, primary } = asRecord(metrics);
  const sets = Object.entries(asRecord(datasets)).map(([name, each]) => readDataset(name, each));
  const names = [...new Set(sets.flatMap(({ scores }) => Object.keys(scores)))].sort(
    (a, b) => Number(b === primary) - Number(a === primary),
  );
  if (names.length === 0) {
    return html`<${Empty}>The version has no scores.<//>`;
  }
  const titles = names.map((name) =>
    capitalized(name.replaceAll('_', ' ').replace(/\bf1\b/, 'F1')),
  );
  return html`
    <div class="results">
      <h3>Scores on test data</h3>
      <table class="datasets">
        <thead><${HeaderRow} names=${['Data set', 'Texts', ...titles]} /></thead>
        <tbody>
          ${sets.map(
            ({ name, rows, scores }) => html`
              <tr>
                <th scope="row">${name}</th>
                <td class="number">${rows === undefined ? '–' : count(rows)}</td>
                ${names.map((each, i) => html`<${Score} score=${scores[each]} isPrimary=${i === 0} />`)}
              </tr>
            `,
          )}
        </tbody>
      </table>
    </div>
  `;
}

function Score({ score, isPrimary }: { score: number | undefined; isPrimary: boolean }): VNode {
  if (score === undefined) {
    return html`<td class="number">–</td>`;
  }
  return isPrimary
    ? html`<td class="number primary"><${Bar} share=${score} />${percent(score)}</td>`
    : html`<td class="number">${percent(score)}</td>`;
}

function readDataset(name: string, dataset: unknown): Dataset {
  const { rows, ...variants } = asRecord(dataset);
  const chosen = asRecord(variants[SERVED_WEIGHTS] ?? Object.values(variants).at(-1));
  const numbers = Object.entries(chosen).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  return {
    name,
    rows: typeof rows === 'number' ? rows : undefined,
    scores: Object.fromEntries(numbers),
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
