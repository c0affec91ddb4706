/** The queue before the model, and the workers that run it. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { ConsoleData } from '../../../api/console.ts';
import { count, counted } from '../format.ts';
import { Bar, Panel } from './parts.ts';

export function LoadPanel({ data }: { data: ConsoleData | undefined }): VNode {
  return html`
    <${Panel} id="load" title="Queue and workers" unit="now">
      <div id="load">${data && html`<${Load} ...${data} />`}</div>
    <//>
  `;
}

function Load({ queue, workers }: Pick<ConsoleData, 'queue' | 'workers'>): VNode {
  const states = Object.entries(workers).filter(([, n]) => n > 0);
  const total = states.reduce((sum, [, n]) => sum + n, 0);
  const byState = states.map(([state, n]) => `${count(n)} ${state}`).join(', ');
  const marks = states.flatMap(([state, n]) =>
    Array.from({ length: n }, () => html`<span data-worker=${state} />`),
  );
  return html`
    <p class="fact"><strong>${counted(queue.length, 'text')}</strong>${` of ${count(queue.capacity)} wait`}</p>
    <${Bar} share=${queue.capacity === 0 ? 0 : queue.length / queue.capacity} kind="full" />
    <p class="fact"><strong>${counted(total, 'worker')}</strong>${total > 0 && `: ${byState}`}</p>
    <p class="workers" aria-hidden="true">${marks}</p>
  `;
}
