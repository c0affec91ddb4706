/** A chart with its legend, the values under the cursor, and the same in words. */
import { type ChartOptions, type ChartSeries, createChart } from './chart.ts';
import { byId, element, setText } from './dom.ts';
import { capitalized, minuteOfDay, timeOfDay } from './format.ts';
import type { Column } from './series.ts';

export interface Panel {
  /**
   * @param columns one a series, from the bottom of a stack to its top.
   * @param now what stands in the legend as long as no other moment is pointed at; left out where
   * the legend is of another kind, and what is pointed at stands beside the title.
   */
  show(
    series: readonly ChartSeries[],
    times: number[],
    columns: readonly Column[],
    now?: readonly string[],
  ): void;
}

type PanelOptions = Pick<ChartOptions, 'kind' | 'format' | 'least' | 'most'>;

/** @param name of the elements in index.html. */
export function createPanel(name: string, options: PanelOptions): Panel {
  const { format } = options;
  let shown: Parameters<Panel['show']> | undefined;
  let pointed: number | undefined;

  const tell = (): void => {
    if (!shown) {
      return;
    }
    const [series, times, columns, now] = shown;
    const time = pointed === undefined ? undefined : times[pointed];
    const values = columns.map((column) => column[pointed ?? -1] ?? 0);
    if (now) {
      const told = time === undefined ? now : values.map(format);
      showLegend(byId(`${name}-now`), series, told);
    }
    const words = series.flatMap(({ name }, i) =>
      !now && values[i] ? `${name} ${format(values[i])}` : [],
    );
    const reading = time === undefined ? '' : `${timeOfDay(time)}  ${words.join(', ')}`.trim();
    setText(byId(`${name}-reading`), reading);
  };
  const container = byId(`${name}-chart`);
  const chart = createChart({
    ...options,
    container,
    onCursor: (index) => {
      pointed = index;
      tell();
    },
  });
  const words = element('p', { class: 'hidden' });
  container.after(words);

  return {
    show(...given) {
      shown = given;
      const [series, times, columns] = given;
      chart.show(series, times, columns);
      tell();
      setText(
        words,
        series.map(({ name }, i) => summary(name, times, columns[i] ?? [], format)).join(' '),
      );
    },
  };
}

/** The legend of a chart, the top of its stack first, each series with a value. */
function showLegend(
  legend: HTMLElement,
  series: readonly ChartSeries[],
  values: readonly string[],
): void {
  if (legend.children.length !== series.length) {
    legend.replaceChildren(
      ...series
        .map((each) => element('li', {}, swatch(each), capitalized(each.name), element('b')))
        .reverse(),
    );
  }
  [...legend.children].reverse().forEach((item, i) => {
    setText(item.lastElementChild as Element, values[i] ?? '');
  });
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

/** The colour of a series, and whether it is striped or dashed. */
export function swatch({ color, striped, dashed }: ChartSeries): HTMLElement {
  const kind = striped ? 'striped' : dashed ? 'dashed' : '';
  const made = element('span', { class: `swatch ${kind}`.trim(), 'aria-hidden': 'true' });
  made.style.setProperty('--color', `var(${color})`);
  return made;
}
