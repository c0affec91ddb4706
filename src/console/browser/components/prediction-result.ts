/** One prediction: label, language, scores, and the question whether it is right. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ConsoleData } from '../../../api/console.ts';
import type { Prediction } from '../../../api/predict.ts';
import { errorText, request } from '../api.ts';
import {
  capitalized,
  languageName,
  languageWithCode,
  modelName,
  percent,
  UNDETERMINED,
} from '../format.ts';
import { familiarity } from '../languages.ts';
import { Bar, ErrorText } from './parts.ts';

export interface PredictionResultProps {
  readonly prediction: Prediction;
  readonly model: ConsoleData['model'];
  /** Languages that the model knows. */
  readonly known: readonly string[];
  /** Called after feedback was accepted. */
  readonly onFeedback: () => void;
}

export function PredictionResult(props: PredictionResultProps): VNode {
  const { prediction, model, known, onFeedback } = props;
  const { label, score, language, truncated } = prediction;
  const isForeign = familiarity(language, known) === 'foreign';
  return html`
    <p class="answer">
      <strong>${capitalized(label)}</strong>${` ${percent(score)}`}
      <span class="language">
        ${`Language: ${language === UNDETERMINED ? 'can’t be told' : languageWithCode(language)}`}
      </span>
    </p>
    ${
      isForeign &&
      html`
        <p class="warning" data-level="warning">
          ${`${model ? modelName(model) : 'The model'} was not trained on ${languageName(language)}: do not rely on this label.`}
        </p>
      `
    }
    ${truncated && html`<p class="note">The text is longer than the model reads; its end was cut.</p>`}
    <${Scores} prediction=${prediction} />
    <${FeedbackForm} prediction=${prediction} onFeedback=${onFeedback} />
  `;
}

function Scores({ prediction }: { prediction: Prediction }): VNode {
  const rows = Object.entries(prediction.scores).map(
    ([name, score]) => html`
      <tr class=${name === prediction.label ? 'chosen' : undefined}>
        <th scope="row">${name}</th>
        <td class="track"><${Bar} share=${score} /></td>
        <td class="number">${percent(score)}</td>
      </tr>
    `,
  );
  return html`
    <table class="scores">
      <caption class="hidden">Scores</caption>
      <tbody>${rows}</tbody>
    </table>
  `;
}

function FeedbackForm({
  prediction,
  onFeedback,
}: Pick<PredictionResultProps, 'prediction' | 'onFeedback'>): VNode {
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
  const others = Object.keys(scores).filter((label) => label !== predicted);

  return html`
    <div class="judge" role="group" aria-label="Is it right?">
      ${
        sent === undefined
          ? html`
              ${button('Right', predicted)}
              <span class="note">or should have been</span>
              ${others.map((label) => button(label, label))}
              ${error && html`<${ErrorText}>${error}<//>`}
            `
          : html`
              <p class="note" tabindex="-1" ref=${note}>
                ${`Thank you. Noted: ${sent === predicted ? 'right' : `should have been ${sent}`}.`}
              </p>
            `
      }
    </div>
  `;
}
