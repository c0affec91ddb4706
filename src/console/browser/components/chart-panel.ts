/** A panel with a chart, its values under the cursor, and the same as text for screen readers. */
import { html } from 'htm/preact';
import type { ComponentChildren, VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Chart, type ChartOptions, createChart, type Plot } from '../chart.ts';
import { capitalized, minuteOfDay, timeOfDay } from '../format.ts';
import type { Column } from '../series.ts';
import { Panel, Swatch } from './parts.ts';

interface ChartPanelProps {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly class: string;
  readonly options: ChartOptions;
  /** Undefined until there are data. */
  readonly plot: Plot | undefined;
  /** Shown in the legend while the cursor is elsewhere. */
  readonly now: readonly string[];
}

/** With a legend under the chart that shows the values. */
export function ChartPanel({ id, title, unit, options, plot, now, ...props }: ChartPanelProps) {
  const [pointed, setPointed] = useState<number>();
  const time = timeAt(plot, pointed);
  const values = time === undefined ? now : valuesAt(plot, pointed).map(options.format);
  return html`
    <${Panel}
      id=${id}
      title=${title}
      unit=${unit}
      class=${props.class}
      reading=${time === undefined ? '' : timeOfDay(time)}
    >
      <${TimeChart} id=${id} options=${options} plot=${plot} onCursor=${setPointed} />
      <ul id=${`${id}-now`} class="now">
        ${plot && legend(plot, values)}
      </ul>
    <//>
  `;
}

/** The top of a stack first. */
function legend({ series }: Plot, values: readonly string[]): VNode[] {
  return series
    .map(
      (each, i) => html`
        <li key=${each.name}>
          <${Swatch} series=${each} />${capitalized(each.name)}<b>${values[i]}</b>
        </li>
      `,
    )
    .reverse();
}

interface WideChartPanelProps extends Omit<ChartPanelProps, 'now'> {
  /** The legend. */
  readonly children: ComponentChildren;
}

/** With a legend of its own beside the chart; the values under the cursor are in the heading. */
export function WideChartPanel({ id, options, plot, children, ...props }: WideChartPanelProps) {
  const [pointed, setPointed] = useState<number>();
  const time = timeAt(plot, pointed);
  const values = valuesAt(plot, pointed);
  const present = plot?.series.flatMap(({ name }, i) =>
    values[i] ? `${name} ${options.format(values[i])}` : [],
  );
  const reading = time === undefined ? '' : `${timeOfDay(time)}  ${present?.join(', ')}`.trim();
  return html`
    <${Panel} id=${id} ...${props} reading=${reading}>
      <div class="split">
        <${TimeChart} id=${id} kind="tall" options=${options} plot=${plot} onCursor=${setPointed} />
        <div id=${`${id}-legend`} class="legend">${children}</div>
      </div>
    <//>
  `;
}

function timeAt(plot: Plot | undefined, index: number | undefined): number | undefined {
  return index === undefined ? undefined : plot?.times[index];
}

function valuesAt(plot: Plot | undefined, index: number | undefined): number[] {
  return plot?.columns.map((column) => column[index ?? -1] ?? 0) ?? [];
}

interface TimeChartProps {
  readonly id: string;
  readonly kind?: string;
  readonly options: ChartOptions;
  readonly plot: Plot | undefined;
  readonly onCursor: (index: number | undefined) => void;
}

function TimeChart({ id, kind = '', options, plot, onCursor }: TimeChartProps): VNode {
  const container = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart>();
  useLayoutEffect(() => {
    if (container.current) {
      chart.current = createChart(container.current, options, onCursor);
    }
    return () => chart.current?.destroy();
  }, []);
  useLayoutEffect(() => {
    if (plot) {
      chart.current?.show(plot);
    }
  }, [plot]);
  const summaries = plot?.series.map(({ name }, i) =>
    summary(name, plot.times, plot.columns[i] ?? [], options.format),
  );
  return html`
    <div id=${`${id}-chart`} class=${`chart ${kind}`.trim()} ref=${container} aria-hidden="true" />
    <p class="hidden">${summaries?.join(' ')}</p>
  `;
}

/** `Answered: most 26 at 16:39, last 21.` */
function summary(
  name: string,
  times: readonly number[],
  column: Column,
  format: (value: number) => string,
): string {
  const most = Math.max(...column.map((value) => value ?? 0));
  const when = minuteOfDay(times[column.indexOf(most)] ?? 0);
  return most === 0
    ? `${capitalized(name)}: none.`
    : `${capitalized(name)}: most ${format(most)} at ${when}, last ${format(column.at(-1) ?? 0)}.`;
}
