/** A panel with a chart, its values under the cursor, and the same as text for screen readers. */
import { html } from 'htm/preact';
import type { ComponentChild, VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { capitalized } from '../../../terminal/quantities.ts';
import { type Chart, createChart } from '../chart.ts';
import { minuteOfDay, timeOfDay } from '../format.ts';
import type { ChartDefinition } from '../plots.ts';
import type { Plot } from '../series.ts';
import { type OnTexts, panel, swatch, textsLink } from './parts.ts';

interface Props extends ChartDefinition {
  /** Undefined until there are data. */
  readonly plot: Plot | undefined;
  /** Beside the chart, in the place of a legend. Values under the cursor are then in the heading. */
  readonly table?: ComponentChild;
  /** The names of the legend lead to their texts: the bins of a feature. */
  readonly textsOf?: { readonly feature: string; readonly onTexts: OnTexts } | undefined;
}

export function ChartPanel({ plot, table, textsOf, ...props }: Props): VNode {
  const { id, format } = props;
  const [pointed, setPointed] = useState<number>();
  const container = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart>();
  useLayoutEffect(() => {
    if (plot && container.current) {
      chart.current ??= createChart(container.current, props, setPointed);
      chart.current.show(plot);
    }
  }, [plot]);

  const at = plot?.times[pointed ?? -1];
  const values = plot?.columns.map((column) => column[pointed ?? -1] ?? 0) ?? [];
  const present = plot?.series.flatMap(({ name }, i) =>
    table && values[i] ? `${name} ${format(values[i])}` : [],
  );
  const reading =
    at === undefined ? '' : `${timeOfDay(at)} UTC  ${present?.join(', ') ?? ''}`.trim();
  const drawing = html`
    <div class="drawing">
      <div id=${`${id}-chart`} class="chart" ref=${container} aria-hidden="true" />
      <p class="hidden">${plot && summary(plot, format)}</p>
    </div>
  `;
  const legend = (shown: Plot): VNode[] =>
    legendItems(shown, at === undefined ? shown.now : values.map(format), textsOf);
  return panel(
    { ...props, reading },
    table
      ? html`<div class="split"><div class="legend">${table}</div>${drawing}</div>`
      : html`${drawing}<ul id=${`${id}-now`} class="now">${plot && legend(plot)}</ul>`,
  );
}

/** The top of a stack first. */
function legendItems(
  { series }: Plot,
  values: readonly string[] = [],
  textsOf: Props['textsOf'],
): VNode[] {
  const item = (each: Plot['series'][number], i: number): VNode => {
    const content = html`${swatch(each)}${capitalized(each.name)}`;
    const filter = textsOf && { feature: textsOf.feature, bins: [each.name], name: each.name };
    return html`
      <li key=${each.name}>
        ${filter && textsOf ? textsLink(filter, textsOf.onTexts, content) : content}<b>${values[i]}</b>
      </li>
    `;
  };
  return series.map(item).reverse();
}

/** `Answered: most 26 at 16:39, last 21. Failed (5xx): none.` */
function summary(
  { series, times, columns, marks }: Plot,
  format: (value: number) => string,
): string {
  const summaries = series.map(({ name }, i) => {
    const values = columns[i]?.map((value) => value ?? 0) ?? [];
    const most = Math.max(...values);
    const when = minuteOfDay(times[values.indexOf(most)] ?? 0);
    return most === 0
      ? `${capitalized(name)}: none.`
      : `${capitalized(name)}: most ${format(most)} at ${when} UTC, last ${format(values.at(-1) ?? 0)}.`;
  });
  const deploys = marks.map(({ at, text }) => `${text} serves since ${minuteOfDay(at)} UTC.`);
  return [...summaries, ...deploys].join(' ');
}
