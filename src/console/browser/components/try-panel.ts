/** Try a text: sends it to the server and shows the prediction. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { ConsoleData } from '../../../api/console.ts';
import type { PredictResponse } from '../../../api/predict.ts';
import { errorText, requestJson } from '../api.ts';
import { Empty, ErrorText } from './parts.ts';
import { PredictionResult, type PredictionResultProps } from './prediction-result.ts';

interface Props {
  readonly data: ConsoleData | undefined;
  /** Called after each answer: the server has new data. */
  readonly onAnswer: () => void;
}

type Result =
  | { readonly error: string }
  | Pick<PredictionResultProps, 'prediction' | 'model' | 'known'>;

export function TryPanel({ data, onAnswer }: Props): VNode {
  const form = useRef<HTMLFormElement>(null);
  const text = useRef<HTMLTextAreaElement>(null);
  const lastRequest = useRef(0);
  const [isBusy, setBusy] = useState(false);
  const [result, setResult] = useState<Result>();

  const predict = async (): Promise<void> => {
    lastRequest.current++;
    const request = lastRequest.current;
    setBusy(true);
    let answer: Result;
    try {
      const body = { inputs: text.current?.value ?? '' };
      const { predictions } = await requestJson<PredictResponse>('/predict', { body });
      const prediction = predictions[0] as PredictResponse['predictions'][number];
      answer = { prediction, model: data?.model, known: data?.drift.known ?? [] };
    } catch (error) {
      answer = { error: errorText(error) };
    }
    // A later text may have been sent meanwhile.
    if (request === lastRequest.current) {
      setBusy(false);
      setResult(answer);
      onAnswer();
    }
  };
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    void predict();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.current?.requestSubmit();
    }
  };

  return html`
    <section class="panel try" aria-labelledby="try-title">
      <h2 id="try-title">Try a text</h2>
      <form ref=${form} onSubmit=${onSubmit}>
        <label for="text" class="hidden">Text</label>
        <textarea
          id="text"
          ref=${text}
          rows="3"
          dir="auto"
          placeholder="Write something as in a tweet, in any language"
          aria-describedby="try-hint"
          onKeyDown=${onKeyDown}
        />
        <div class="actions">
          <button type="submit" class="primary">Predict</button>
          <span id="try-hint" class="note">or <kbd>Ctrl</kbd>${' '}<kbd>Enter</kbd></span>
        </div>
      </form>
      <div
        id="try-result"
        class="result"
        aria-live="polite"
        aria-busy=${isBusy ? 'true' : undefined}
      >
        ${contentOf(result, onAnswer)}
      </div>
    </section>
  `;
}

function contentOf(result: Result | undefined, onAnswer: () => void): VNode {
  if (!result) {
    return html`<${Empty}>The label, its score and the language appear here. The text counts as traffic.<//>`;
  }
  return 'error' in result
    ? html`<${ErrorText}>${result.error}<//>`
    : html`<${PredictionResult}
        key=${result.prediction.id}
        ...${result}
        onFeedback=${onAnswer}
      />`;
}
