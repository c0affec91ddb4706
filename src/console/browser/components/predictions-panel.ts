/** The last predictions, with the texts as they are in the log. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { ConsoleData, LoggedPrediction } from '../../../api/console.ts';
import { languageWithCode, milliseconds, percent, timeOfDay } from '../format.ts';
import { familiarity } from '../languages.ts';
import { ForeignMark, Panel, Swatch } from './parts.ts';
import { labelSeries } from './traffic-panels.ts';

/** Rows that are shown before “Show more”. */
const FEW_ROWS = 12;

export function PredictionsPanel({ data }: { data: ConsoleData | undefined }): VNode {
  const [isExpanded, setExpanded] = useState(false);
  const predictions = data?.predictions ?? [];
  const rows = predictions.slice(0, isExpanded ? undefined : FEW_ROWS);
  return html`
    <${Panel} id="predictions" title="Last predictions" unit="texts as the log has them" class="wide">
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
        <tbody id="predictions">
          ${
            data &&
            rows.map(
              (each) => html`
                <${Row}
                  key=${each.id}
                  prediction=${each}
                  known=${data.drift.known}
                  labels=${data.labels}
                />
              `,
            )
          }
        </tbody>
      </table>
      <p id="predictions-empty" class="empty" hidden=${predictions.length > 0}>No prediction yet.</p>
      <button
        id="predictions-all"
        type="button"
        aria-expanded=${isExpanded}
        hidden=${predictions.length <= FEW_ROWS}
        onClick=${() => setExpanded(!isExpanded)}
      >
        ${isExpanded ? 'Show fewer' : 'Show more'}
      </button>
    <//>
  `;
}

interface RowProps {
  readonly prediction: LoggedPrediction;
  readonly known: readonly string[];
  readonly labels: readonly string[];
}

function Row({ prediction, known, labels }: RowProps): VNode {
  const { at, language, label, score, latency_ms, input } = prediction;
  const isForeign = familiarity(language, known) === 'foreign';
  const series = labelSeries(label, Math.max(labels.indexOf(label), 0));
  return html`
    <tr class=${isForeign ? 'foreign' : undefined}>
      <td class="time">${timeOfDay(at)}</td>
      <td class="language">${languageWithCode(language)}${isForeign && html`<${ForeignMark} />`}</td>
      <td class="label"><${Swatch} series=${series} />${label}</td>
      <td class="score number">${percent(score)}</td>
      <td class="latency number">${milliseconds(latency_ms)}</td>
      <td class="text">
        ${input === undefined ? html`<em>not logged</em>` : html`<bdi dir="auto">${input}</bdi>`}
      </td>
    </tr>
  `;
}
