/** One prediction: label, language, scores, and the question whether it is right. */
import { html } from 'htm/preact';
import { h, type VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ConsoleData } from '../../../api/console.ts';
import type { Prediction } from '../../../api/predict.ts';
import { languageName } from '../../../terminal/languages.ts';
import { capitalized, languageWithCode, modelName, percent } from '../../../terminal/quantities.ts';
import { errorText, request } from '../api.ts';
import { isForeign } from '../languages.ts';
import { bar, warning } from './parts.ts';

interface FeedbackProps {
  readonly prediction: Prediction;
  /** Called after feedback was accepted. */
  readonly onFeedback: () => void;
}

interface Props extends FeedbackProps {
  /** When the text was sent. */
  readonly data: ConsoleData | undefined;
}

export function PredictionResult({ data, prediction, onFeedback }: Props): VNode {
  const { label, score, language, truncated } = prediction;
  const model = data?.model ? modelName(data.model) : 'The model';
  const warningText = `${model} was not trained on ${languageName(language)}: do not rely on this label.`;
  return html`
    <p class="answer">
      <strong>${capitalized(label)}</strong>${` ${percent(score)}`}
      <span class="language">
        ${`Language: ${languageWithCode(language)}`}
      </span>
    </p>
    ${isForeign(language, data?.drift.known ?? []) && warning(warningText)}
    ${truncated && html`<p class="note">The text is longer than the model reads; its end was cut.</p>`}
    ${scoreTable(prediction)}
    ${h(FeedbackForm, { prediction, onFeedback })}
  `;
}

function scoreTable({ scores, label }: Prediction): VNode {
  const row = ([name, score]: [string, number]): VNode => html`
    <tr class=${name === label ? 'chosen' : undefined}>
      <th scope="row">${name}</th>
      <td class="track">${bar(score)}</td>
      <td class="number">${percent(score)}</td>
    </tr>
  `;
  return html`
    <table class="scores">
      <caption class="hidden">Scores</caption>
      <tbody>${Object.entries(scores).map(row)}</tbody>
    </table>
  `;
}

function FeedbackForm({ prediction, onFeedback }: FeedbackProps): VNode {
  const { id, label: predicted, scores } = prediction;
  const [sent, setSent] = useState<string>();
  const [error, setError] = useState<string>();
  const note = useRef<HTMLParagraphElement>(null);
  // The button that had the focus is gone.
  useEffect(() => note.current?.focus(), [sent]);

  const send = async (label: string): Promise<void> => {
    try {
      await request('/feedback', { body: { id, label } });
      setSent(label);
      onFeedback();
    } catch (thrown) {
      setError(errorText(thrown));
    }
  };
  const button = (text: string, label: string): VNode =>
    html`<button type="button" onClick=${() => void send(label)}>${text}</button>`;
  const thanks = `Thank you. Noted: ${sent === predicted ? 'right' : `should have been ${sent}`}.`;
  const question = html`
    ${button('Right', predicted)}
    <span class="note">or should have been</span>
    ${Object.keys(scores).flatMap((label) => (label === predicted ? [] : button(label, label)))}
    ${error && warning(error)}
  `;
  return html`
    <div class="judge" role="group" aria-label="Is it right?">
      ${sent ? html`<p class="note" tabindex="-1" ref=${note}>${thanks}</p>` : question}
    </div>
  `;
}
