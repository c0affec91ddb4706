/** How often the model was told to be right, and what it takes for what. */
import { byId, element, headerRow, placeholder, setShare } from './dom.ts';
import { count, percent } from './format.ts';
import type { ConsoleData } from './types.ts';

let shown = '';

export function showFeedback({ feedback, labels }: ConsoleData): void {
  const state = JSON.stringify([feedback, labels]);
  if (state === shown) {
    return;
  }
  shown = state;
  const cell = (predicted: string, actual: string): number => feedback[predicted]?.[actual] ?? 0;
  const sum = (values: readonly number[]): number => values.reduce((total, n) => total + n, 0);
  const total = sum(labels.flatMap((row) => labels.map((column) => cell(row, column))));
  const panel = byId('feedback');
  if (total === 0) {
    panel.replaceChildren(
      placeholder('None yet. “Try a text” and POST /feedback tell which label is right.'),
    );
    return;
  }
  const right = sum(labels.map((label) => cell(label, label)));
  const rows = labels.map((predicted) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, predicted),
      ...labels.map((actual) => {
        const n = cell(predicted, actual);
        const made = element('td', predicted === actual ? { class: 'right' } : {}, count(n));
        setShare(made, n / total);
        return made;
      }),
    ),
  );
  panel.replaceChildren(
    element(
      'p',
      { class: 'fact' },
      element('strong', {}, percent(right / total)),
      ` right: ${count(right)} of ${count(total)}`,
    ),
    element(
      'table',
      { class: 'confusion' },
      element('caption', {}, 'Rows: predicted. Columns: what was right.'),
      element('thead', {}, headerRow('', ...labels)),
      element('tbody', {}, ...rows),
    ),
  );
}
