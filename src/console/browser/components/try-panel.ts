/** Try a text: sends it to the server and shows the prediction. Small until it is used. */
import { html } from 'htm/preact';
import { type ComponentChild, h, type VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { ConsoleData } from '../../../api/console.ts';
import type { PredictResponse } from '../../../api/predict.ts';
import { errorText, requestJson } from '../api.ts';
import { panel, warning } from './parts.ts';
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
  const [result, setResult] = useState<ComponentChild>();

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
      shown = warning(errorText(error));
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
    { id: 'try', title: 'Try a text', unit: 'counts as traffic', class: 'third try' },
    html`
      <form class="line" onSubmit=${onSubmit}>
        <label for="text" class="hidden">Text</label>
        <textarea
          id="text"
          ref=${text}
          rows="1"
          dir="auto"
          placeholder="A text in any language"
          aria-keyshortcuts="Control+Enter"
          onKeyDown=${submitOnCtrlEnter}
        />
        <button type="submit" class="primary" title="Control + Enter">Predict</button>
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
