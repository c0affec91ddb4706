/** A panel with a chart, its values under the cursor, and the same as text for screen readers. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Chart, createChart } from '../chart.ts';
import { capitalized, minuteOfDay, timeOfDay } from '../format.ts';
import type { ChartDefinition } from '../plots.ts';
import type { Plot } from '../series.ts';
import { panel, swatch } from './parts.ts';

interface Props extends ChartDefinition {
  /** Undefined until there are data. */
  readonly plot: Plot | undefined;
  /** Of a wide panel: beside the chart. Values under the cursor are then in the heading. */
  readonly legend?: VNode | undefined;
}

export function ChartPanel({ plot, legend, ...props }: Props): VNode {
  const { id, format, isWide } = props;
  const [pointed, setPointed] = useState<number>();
  const container = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart>();
  useLayoutEffect(() => {
    if (plot && container.current) {
      chart.current ??= createChart(container.current, props, setPointed);
      chart.current.show(plot);
    }
  }, [plot]);

  const time = plot?.times[pointed ?? -1];
  const values = plot?.columns.map((column) => column[pointed ?? -1] ?? 0) ?? [];
  const present = plot?.series.flatMap(({ name }, i) =>
    isWide && values[i] ? `${name} ${format(values[i])}` : [],
  );
  const reading = time === undefined ? '' : `${timeOfDay(time)}  ${present?.join(', ')}`.trim();
  const kind = isWide ? 'chart tall' : 'chart';
  const drawing = html`
    <div id=${`${id}-chart`} class=${kind} ref=${container} aria-hidden="true" />
    <p class="hidden">${plot && summary(plot, format)}</p>
  `;
  return panel(
    { ...props, reading },
    isWide
      ? html`<div class="split">${drawing}<div id=${`${id}-legend`} class="legend">${legend}</div></div>`
      : html`
          ${drawing}
          <ul id=${`${id}-now`} class="now">
            ${plot && legendItems(plot, time === undefined ? plot.now : values.map(format))}
          </ul>
        `,
  );
}

/** The top of a stack first. */
function legendItems({ series }: Plot, values: readonly string[] = []): VNode[] {
  const item = (each: Plot['series'][number], i: number): VNode =>
    html`<li key=${each.name}>${swatch(each)}${capitalized(each.name)}<b>${values[i]}</b></li>`;
  return series.map(item).reverse();
}

/** `Answered: most 26 at 16:39, last 21. Failed (5xx): none.` */
function summary({ series, times, columns }: Plot, format: (value: number) => string): string {
  const summaries = series.map(({ name }, i) => {
    const values = columns[i]?.map((value) => value ?? 0) ?? [];
    const most = Math.max(...values);
    const when = minuteOfDay(times[values.indexOf(most)] ?? 0);
    return most === 0
      ? `${capitalized(name)}: none.`
      : `${capitalized(name)}: most ${format(most)} at ${when}, last ${format(values.at(-1) ?? 0)}.`;
  });
  return summaries.join(' ');
}
