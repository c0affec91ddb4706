/** The last predictions, as the log has them. */
import { byId, element, setText } from './dom.ts';
import { languageWithCode, milliseconds, percent, timeOfDay } from './format.ts';
import { familiarity } from './languages.ts';
import { swatch } from './panel.ts';
import { labelSeries } from './traffic.ts';
import type { ConsoleData, LoggedPrediction } from './types.ts';

/** Rows that are shown unless more are asked for. */
const FEW = 12;

export function startPredictions(): (data: ConsoleData) => void {
  const button = byId<HTMLButtonElement>('predictions-all');
  let shown = '';
  let data: ConsoleData | undefined;
  let all = false;

  const show = (): void => {
    const predictions = data?.predictions ?? [];
    byId('predictions-empty').hidden = predictions.length > 0;
    button.hidden = predictions.length <= FEW;
    const wanted = JSON.stringify([predictions[0]?.id, all]);
    // A table that did not change keeps what was selected in it.
    if (data && wanted !== shown) {
      shown = wanted;
      const rows = predictions.slice(0, all ? undefined : FEW);
      const { drift, labels } = data;
      byId('predictions').replaceChildren(...rows.map((each) => row(each, drift.known, labels)));
    }
  };
  button.addEventListener('click', () => {
    all = !all;
    button.setAttribute('aria-expanded', String(all));
    setText(button, all ? 'Show fewer' : 'Show more');
    show();
  });

  return (newest) => {
    data = newest;
    show();
  };
}

function row(
  prediction: LoggedPrediction,
  known: readonly string[],
  labels: readonly string[],
): HTMLElement {
  const { at, language, label, score, latency_ms, input } = prediction;
  const foreign = familiarity(language, known) === 'foreign';
  const color = labelSeries(label, Math.max(labels.indexOf(label), 0));
  const cell = (className: string, ...children: (Node | string)[]): HTMLElement =>
    element('td', { class: className }, ...children);
  return element(
    'tr',
    foreign ? { class: 'foreign' } : {},
    cell('time', at === undefined ? '' : timeOfDay(at)),
    cell('language', languageWithCode(language), foreign ? foreignMark() : ''),
    cell('label', swatch(color), label),
    cell('score number', percent(score)),
    cell('latency number', milliseconds(latency_ms)),
    input === undefined
      ? cell('text', element('em', {}, 'not logged'))
      : cell('text', element('bdi', { dir: 'auto' }, input)),
  );
}

function foreignMark(): HTMLElement {
  return element('span', { class: 'tag' }, 'foreign');
}
