/** The queue before the model, and the threads that run it. */
import { bar, byId, element } from './dom.ts';
import { count, counted } from './format.ts';
import type { ConsoleData } from './types.ts';

export function showLoad({ queue, workers }: ConsoleData): void {
  const states = Object.entries(workers).filter(([, n]) => n > 0);
  const total = states.reduce((sum, [, n]) => sum + n, 0);
  const words = states.map(([state, n]) => `${count(n)} ${state}`).join(', ');
  byId('load').replaceChildren(
    element(
      'p',
      { class: 'fact' },
      element('strong', {}, counted(queue.length, 'text')),
      ` of ${count(queue.capacity)} wait`,
    ),
    bar(queue.capacity === 0 ? 0 : queue.length / queue.capacity, 'full'),
    element(
      'p',
      { class: 'fact' },
      element('strong', {}, counted(total, 'worker')),
      total === 0 ? '' : `: ${words}`,
    ),
    element(
      'p',
      { class: 'workers', 'aria-hidden': 'true' },
      ...states.flatMap(([state, n]) =>
        Array.from({ length: n }, () => element('span', { 'data-worker': state })),
      ),
    ),
  );
}
