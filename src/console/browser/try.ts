/** Try a text: one prediction, and whether it was right. */
import { ask, askJson, explain } from './api.ts';
import { bar, byId, element } from './dom.ts';
import {
  capitalized,
  languageName,
  languageWithCode,
  modelName,
  percent,
  UNDETERMINED,
} from './format.ts';
import { familiarity } from './languages.ts';
import type { ConsoleData, Prediction } from './types.ts';

export interface TryOptions {
  readonly data: () => ConsoleData | undefined;
  /** The server has something new to tell. */
  readonly onChange: () => void;
}

export function startTry(options: TryOptions): void {
  const form = byId<HTMLFormElement>('try-form');
  const text = byId<HTMLTextAreaElement>('text');
  const result = byId('try-result');
  let latest = 0;

  const predict = async (): Promise<void> => {
    const turn = ++latest;
    result.setAttribute('aria-busy', 'true');
    let shown: Node[];
    try {
      const { predictions } = await askJson<{ predictions: [Prediction] }>('/predict', {
        body: { inputs: text.value },
      });
      shown = describe(predictions[0], options);
    } catch (error) {
      shown = [element('p', { class: 'warning', 'data-level': 'bad' }, explain(error))];
    }
    if (turn === latest) {
      result.removeAttribute('aria-busy');
      result.replaceChildren(...shown);
      options.onChange();
    }
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void predict();
  });
  text.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
}

function describe(prediction: Prediction, options: TryOptions): Node[] {
  const { label, score, language } = prediction;
  const data = options.data();
  const foreign = familiarity(language, data?.drift.known ?? []) === 'foreign';
  const model = data?.model ? modelName(data.model) : 'The model';
  return [
    element(
      'p',
      { class: 'answer' },
      element('strong', {}, capitalized(label)),
      ` ${percent(score)}`,
      element('span', { class: 'language' }, languageWords(language)),
    ),
    ...(foreign ? [foreignWarning(language, model)] : []),
    ...(prediction.truncated
      ? [
          element(
            'p',
            { class: 'note' },
            'The text is longer than the model reads; its end was cut.',
          ),
        ]
      : []),
    scoreBars(prediction),
    feedbackForm(prediction, options),
  ];
}

function languageWords(language: string): string {
  return language === UNDETERMINED
    ? 'Language: can’t be told'
    : `Language: ${languageWithCode(language)}`;
}

function foreignWarning(language: string, model: string): HTMLElement {
  const name = languageName(language);
  return element(
    'p',
    { class: 'warning', 'data-level': 'warning' },
    `${model} was not trained on ${name}: do not rely on this label.`,
  );
}

function scoreBars({ scores, label }: Prediction): HTMLElement {
  const rows = Object.entries(scores).map(([name, score]) =>
    element(
      'tr',
      name === label ? { class: 'chosen' } : {},
      element('th', { scope: 'row' }, name),
      element('td', { class: 'track' }, bar(score)),
      element('td', { class: 'number' }, percent(score)),
    ),
  );
  return element(
    'table',
    { class: 'scores' },
    element('caption', { class: 'hidden' }, 'Scores'),
    element('tbody', {}, ...rows),
  );
}

function feedbackForm({ id, label: predicted }: Prediction, { data, onChange }: TryOptions) {
  const group = element('div', { class: 'judge', role: 'group', 'aria-label': 'Is it right?' });
  const send = async (label: string): Promise<void> => {
    try {
      await ask('/feedback', { body: { id, label } });
      const verdict = label === predicted ? 'right' : `should have been ${label}`;
      const note = element('p', { class: 'note', tabindex: '-1' }, `Thank you. Noted: ${verdict}.`);
      group.replaceChildren(note);
      // The button that had the focus is gone.
      note.focus();
      onChange();
    } catch (error) {
      group.append(element('p', { class: 'warning', 'data-level': 'bad' }, explain(error)));
    }
  };
  const button = (text: string, label: string): HTMLElement => {
    const made = element('button', { type: 'button' }, text);
    made.addEventListener('click', () => void send(label));
    return made;
  };
  const others = (data()?.labels ?? []).filter((label) => label !== predicted);
  group.append(
    button('Right', predicted),
    element('span', { class: 'note' }, 'or should have been'),
    ...others.map((label) => button(label, label)),
  );
  return group;
}
