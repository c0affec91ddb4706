/** The queue before the model, and the workers that run it. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { ConsoleData } from '../../../api/console.ts';
import { counted } from '../../../terminal/quantities.ts';
import { count } from '../format.ts';
import { bar } from './parts.ts';

export function load({ queue, workers }: ConsoleData): VNode {
  const states = Object.entries(workers).filter(([, n]) => n > 0);
  const total = states.reduce((sum, [, n]) => sum + n, 0);
  const byState = states.map(([state, n]) => `${count(n)} ${state}`).join(', ');
  const marks = states.flatMap(([state, n]) =>
    Array.from({ length: n }, () => html`<span data-worker=${state} />`),
  );
  const fact = (strong: string, rest: string): VNode =>
    html`<p class="fact"><strong>${strong}</strong>${rest}</p>`;
  return html`
    ${fact(counted(queue.length, 'text'), ` of ${count(queue.capacity)} wait`)}
    ${bar(queue.capacity === 0 ? 0 : queue.length / queue.capacity, 'full')}
    ${fact(counted(total, 'worker'), total === 0 ? '' : `: ${byState}`)}
    <p class="workers" aria-hidden="true">${marks}</p>
  `;
}
