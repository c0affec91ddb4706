/** A chart with its legend, the values under the cursor, and the same in words. */
import { type ChartOptions, type ChartSeries, createChart } from './chart.ts';
import { byId, element, setText } from './dom.ts';
import { capitalized, minuteOfDay, timeOfDay } from './format.ts';
import type { Column } from './series.ts';

export interface Panel {
  /** @param columns one a series, from the bottom of a stack to its top. */
  show(series: readonly ChartSeries[], times: number[], columns: readonly Column[]): void;
}

type PanelOptions = Pick<ChartOptions, 'kind' | 'format' | 'least' | 'most'>;

/** @param name of the elements in index.html. */
export function createPanel(name: string, options: PanelOptions): Panel {
  const { format } = options;
  let shown: { series: readonly ChartSeries[]; times: number[]; columns: readonly Column[] } = {
    series: [],
    times: [],
    columns: [],
  };
  const reading = (index: number | undefined): string => {
    const time = index === undefined ? undefined : shown.times[index];
    if (index === undefined || time === undefined) {
      return '';
    }
    const values = shown.series.flatMap(({ name }, i) => {
      const value = shown.columns[i]?.[index];
      return value ? `${name} ${format(value)}` : [];
    });
    return [timeOfDay(time), values.join(', ')].join('  ');
  };
  const container = byId(`${name}-chart`);
  const chart = createChart({
    ...options,
    container,
    onCursor: (index) => setText(byId(`${name}-reading`), reading(index)),
  });
  const words = element('p', { class: 'hidden' });
  container.after(words);

  return {
    show(series, times, columns) {
      shown = { series, times, columns };
      chart.show(series, times, columns);
      setText(
        words,
        series.map(({ name }, i) => summary(name, times, columns[i] ?? [], format)).join(' '),
      );
    },
  };
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
