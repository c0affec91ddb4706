/** Try a text: sends it to the server and shows the prediction. */
import { html } from 'htm/preact';
import { type ComponentChild, h, type VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { ConsoleData } from '../../../api/console.ts';
import type { PredictResponse } from '../../../api/predict.ts';
import { errorText, requestJson } from '../api.ts';
import { empty, panel, warning } from './parts.ts';
import { PredictionResult } from './prediction-result.ts';

interface Props {
  readonly data: ConsoleData | undefined;
  /** Called after each answer: the server has new data. */
  readonly onAnswer: () => void;
}

export function TryPanel({ data, onAnswer }: Props): VNode {
  const text = useRef<HTMLTextAreaElement>(null);
  const lastRequest = useRef(0);
  const [isBusy, setBusy] = useState(false);
  const [result, setResult] = useState<ComponentChild>(() =>
    empty('The label, its score and the language appear here. The text counts as traffic.'),
  );

  const predict = async (): Promise<void> => {
    lastRequest.current++;
    const request = lastRequest.current;
    setBusy(true);
    let shown: ComponentChild;
    try {
      const body = { inputs: text.current?.value };
      const { predictions } = await requestJson<PredictResponse>('/predict', { body });
      const prediction = predictions[0] as PredictResponse['predictions'][number];
      shown = h(PredictionResult, { key: prediction.id, prediction, data, onFeedback: onAnswer });
    } catch (error) {
      shown = warning('bad', errorText(error));
    }
    // A later text may have been sent meanwhile.
    if (request === lastRequest.current) {
      setBusy(false);
      setResult(shown);
      onAnswer();
    }
  };
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    void predict();
  };
  return panel(
    { id: 'try', title: 'Try a text', class: 'try' },
    html`
      <form onSubmit=${onSubmit}>
        <label for="text" class="hidden">Text</label>
        <textarea
          id="text"
          ref=${text}
          rows="3"
          dir="auto"
          placeholder="Write something as in a tweet, in any language"
          aria-describedby="try-hint"
          onKeyDown=${submitOnCtrlEnter}
        />
        <div class="actions">
          <button type="submit" class="primary">Predict</button>
          <span id="try-hint" class="note">or <kbd>Ctrl</kbd>${' '}<kbd>Enter</kbd></span>
        </div>
      </form>
      <div id="try-result" class="result" aria-live="polite" aria-busy=${isBusy || undefined}>
        ${result}
      </div>
    `,
  );
}

function submitOnCtrlEnter(event: KeyboardEvent): void {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    (event.currentTarget as HTMLTextAreaElement).form?.requestSubmit();
  }
}
