/** The last predictions, or those of some bins, with the texts as they are in the log. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ConsoleData, ConsoleTexts, LoggedPrediction } from '../../../api/console.ts';
import { languageWithCode, milliseconds, percent } from '../../../terminal/quantities.ts';
import { errorText, requestJson } from '../api.ts';
import { timeOfDay } from '../format.ts';
import { languageAlarms } from '../languages.ts';
import { languageSeries } from '../palette.ts';
import { labelSeries } from '../plots.ts';
import { empty, panel, swatch, type TextFilter, time, warning } from './parts.ts';

/** Rows that are shown before “Show more”. */
const FEW_ROWS = 8;

interface Props {
  readonly data: ConsoleData | undefined;
  /** Undefined: all texts, as they come. */
  readonly filter: TextFilter | undefined;
  readonly onFilter: (filter: TextFilter | undefined) => void;
}

export function PredictionsTable({ data, filter, onFilter }: Props): VNode {
  const [isExpanded, setExpanded] = useState(false);
  const { found, error, read } = useTexts(filter);
  const all = filter ? (found ?? []) : (data?.predictions ?? []);
  const rows = all.slice(0, isExpanded || filter ? undefined : FEW_ROWS);
  const alarms = data && languageAlarms(data);
  const none = filter ? `No text of ${filter.name} since this version serves.` : 'No text yet.';
  return panel(
    {
      ...{ id: 'predictions', title: 'Last texts', class: 'wide' },
      unit: 'of this replica, as the log has them; times in UTC',
    },
    filter &&
      html`
        <p class="filter" role="status">
          ${'Only '}<b>${filter.name}</b>, the newest first${' '}
          <button type="button" onClick=${read}>Read again</button>${' '}
          <button type="button" onClick=${() => onFilter(undefined)}>Show all texts</button>
        </p>
      `,
    error !== undefined && warning(error),
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
        <tbody id="predictions">
          ${data && alarms && rows.map((prediction) => row(prediction, data, alarms))}
        </tbody>
      </table>
      ${all.length === 0 && (filter === undefined || found) && empty(none)}
      <button
        type="button"
        aria-expanded=${isExpanded}
        hidden=${filter !== undefined || all.length <= FEW_ROWS}
        onClick=${() => setExpanded(!isExpanded)}
      >
        ${isExpanded ? 'Show fewer' : 'Show more'}
      </button>
    `,
  );
}

/** The texts of a filter, read once: a list that is being read stays as it is. */
function useTexts(filter: TextFilter | undefined) {
  const [found, setFound] = useState<readonly LoggedPrediction[]>();
  const [error, setError] = useState<string>();
  const latest = useRef<TextFilter>();
  latest.current = filter;
  const read = (): void => {
    if (!filter) {
      return;
    }
    const query = new URLSearchParams([
      ['feature', filter.feature],
      ...filter.bins.map((bin) => ['bin', bin]),
    ]);
    void requestJson<ConsoleTexts>(`/console/texts?${query}`).then(
      ({ predictions }) => {
        // Another filter may have been chosen meanwhile.
        if (latest.current === filter) {
          setFound(predictions);
          setError(undefined);
        }
      },
      (cause) => setError(errorText(cause)),
    );
  };
  useEffect(() => {
    setFound(undefined);
    setError(undefined);
    read();
  }, [filter]);
  return { found, error, read };
}

function row(
  { id, at, language, label, score, latency_ms, input, input_cut }: LoggedPrediction,
  { labels }: ConsoleData,
  alarms: ReturnType<typeof languageAlarms>,
): VNode {
  const series = labelSeries(label, Math.max(labels.indexOf(label), 0));
  const text =
    input === undefined
      ? html`<em>not logged</em>`
      : html`<bdi dir="auto">${input}${input_cut && '…'}</bdi>`;
  return html`
    <tr key=${id}>
      <td class="time">${time(at, timeOfDay)}</td>
      <td class="language" data-severity=${alarms.get(language)}>${swatch(languageSeries(language, alarms))}${languageWithCode(language)}</td>
      <td class="label">${swatch(series)}${label}</td>
      <td class="score number">${percent(score)}</td>
      <td class="latency number">${milliseconds(latency_ms)}</td>
      <td class="text">${text}</td>
    </tr>
  `;
}
