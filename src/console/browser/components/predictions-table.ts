/** The last predictions, with the texts as they are in the log. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { ConsoleData } from '../../../api/console.ts';
import { languageWithCode, milliseconds, percent, timeOfDay } from '../format.ts';
import { familiarity } from '../languages.ts';
import { labelSeries } from '../plots.ts';
import { empty, foreignMark, panel, swatch } from './parts.ts';

/** Rows that are shown before “Show more”. */
const FEW_ROWS = 12;

export function PredictionsTable({ data }: { data: ConsoleData | undefined }): VNode {
  const [isExpanded, setExpanded] = useState(false);
  const predictions = data?.predictions ?? [];
  const rows = predictions.slice(0, isExpanded ? undefined : FEW_ROWS);
  return panel(
    {
      ...{ id: 'predictions', title: 'Last predictions', class: 'wide' },
      unit: 'texts as the log has them',
    },
    html`
      <table class="predictions" aria-labelledby="predictions-title">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Language</th>
            <th scope="col">Label</th>
            <th scope="col" class="number">Score</th>
            <th scope="col" class="number">Latency</th>
            <th scope="col">Text</th>
          </tr>
        </thead>
        <tbody id="predictions">${data && rows.map((prediction) => row(prediction, data))}</tbody>
      </table>
      ${predictions.length === 0 && empty('No prediction yet.')}
      <button
        type="button"
        aria-expanded=${isExpanded}
        hidden=${predictions.length <= FEW_ROWS}
        onClick=${() => setExpanded(!isExpanded)}
      >
        ${isExpanded ? 'Show fewer' : 'Show more'}
      </button>
    `,
  );
}

function row(
  { id, at, language, label, score, latency_ms, input }: ConsoleData['predictions'][number],
  { drift, labels }: ConsoleData,
): VNode {
  const isForeign = familiarity(language, drift.known) === 'foreign';
  const series = labelSeries(label, Math.max(labels.indexOf(label), 0));
  const text =
    input === undefined ? html`<em>not logged</em>` : html`<bdi dir="auto">${input}</bdi>`;
  return html`
    <tr key=${id} class=${isForeign ? 'foreign' : undefined}>
      <td class="time">${timeOfDay(at)}</td>
      <td class="language">${languageWithCode(language)}${isForeign && foreignMark()}</td>
      <td class="label">${swatch(series)}${label}</td>
      <td class="score number">${percent(score)}</td>
      <td class="latency number">${milliseconds(latency_ms)}</td>
      <td class="text">${text}</td>
    </tr>
  `;
}
