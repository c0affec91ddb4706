/** Charts over the last quarter of an hour, drawn by uPlot. */
import UPlot from 'uplot';
import { minuteOfDay } from './format.ts';
import { type Column, stacked } from './series.ts';

const AXIS_FONT = '11px ui-sans-serif, system-ui, sans-serif';
/** Charts that show the same time share their cursor. */
const CURSOR = 'time';
const VALUE_AXIS_WIDTH = 52;
/** From one line of the grid to the next: what a number of few digits can tell. */
const VALUE_STEPS = [-2, -1, 0, 1, 2, 3, 4, 5].flatMap((power) =>
  [1, 2, 5].map((digit) => Number(`${digit}e${power}`)),
);

export interface ChartSeries {
  readonly name: string;
  /** A custom property of the style sheet: `--known-1`. */
  readonly color: string;
  /** Striped, so that the eye can tell it without colours. */
  readonly striped?: boolean;
  readonly dashed?: boolean;
}

export interface ChartOptions {
  readonly container: HTMLElement;
  readonly kind: 'stack' | 'lines';
  readonly format: (value: number) => string;
  /** What the value axis shows at least. */
  readonly least: number;
  /** What it shows at most; by default what there is. */
  readonly most?: number;
  /** The place of the cursor in the columns; undefined when it has left. */
  readonly onCursor: (index: number | undefined) => void;
}

export interface Chart {
  /** @param columns one a series, from the bottom of a stack to its top. */
  show(series: readonly ChartSeries[], times: number[], columns: readonly Column[]): void;
}

export function createChart(options: ChartOptions): Chart {
  const { container, kind } = options;
  let plot: UPlot | undefined;
  let shape = '';
  const size = () => ({ width: container.clientWidth, height: container.clientHeight });

  new ResizeObserver(() => plot?.setSize(size())).observe(container);
  for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)']) {
    matchMedia(query).addEventListener('change', () => plot?.redraw(false, true));
  }

  return {
    show(series, times, columns) {
      // What is drawn first lies below, so a stack is drawn from its top.
      const drawn = kind === 'stack' ? series.toReversed() : series;
      const heights = kind === 'stack' ? stacked(columns).toReversed() : columns;
      const data = [times, ...heights] as UPlot.AlignedData;
      const wanted = JSON.stringify(series);
      if (plot && wanted === shape) {
        plot.setData(data);
        return;
      }
      plot?.destroy();
      shape = wanted;
      plot = new UPlot({ ...size(), ...layout(options, drawn) }, data, container);
    },
  };
}

function layout(
  { kind, format, least, most, onCursor }: ChartOptions,
  series: readonly ChartSeries[],
): Omit<UPlot.Options, 'width' | 'height'> {
  return {
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: {
      drag: { x: false, y: false },
      y: false,
      points: { show: false },
      sync: { key: CURSOR },
    },
    scales: {
      x: { time: true },
      y: { range: (_, _min, max) => [0, most ?? Math.max(least, (max ?? 0) * 1.08)] },
    },
    axes: [
      {
        ...axis(),
        size: 26,
        space: 46,
        values: (_, splits) => splits.map(minuteOfDay),
        grid: { show: false },
      },
      {
        ...axis(),
        size: VALUE_AXIS_WIDTH,
        space: 32,
        incrs: VALUE_STEPS,
        values: (_, splits) => splits.map(format),
        grid: { stroke: () => color('--grid'), width: 1 },
      },
    ],
    series: [{}, ...series.map((each) => (kind === 'stack' ? area(each) : line(each)))],
    hooks: { setCursor: [({ cursor }) => onCursor(cursor.idx ?? undefined)] },
  };
}

function axis(): UPlot.Axis {
  return {
    stroke: () => color('--muted'),
    font: AXIS_FONT,
    ticks: { stroke: () => color('--grid'), width: 1, size: 4 },
  };
}

function area({ color: name, striped = false }: ChartSeries): UPlot.Series {
  return {
    width: 0,
    fill: ({ ctx }) => (striped ? stripes(ctx, name) : color(name)),
    paths: UPlot.paths.stepped?.({ align: 1 }),
    points: { show: false },
  } as UPlot.Series;
}

function line({ color: name, dashed = false }: ChartSeries): UPlot.Series {
  return {
    width: 1.75,
    stroke: () => color(name),
    ...(dashed ? { dash: [5, 3] } : {}),
    // A value between two that are missing is on no line.
    points: { size: 4, fill: () => color(name), filter: lonely },
  };
}

const lonely: UPlot.Series.Points.Filter = (plot, index) => {
  const values = plot.data[index] ?? [];
  return [...values.keys()].filter(
    (i) => values[i] != null && values[i - 1] == null && values[i + 1] == null,
  );
};

function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name);
}

function stripes(ctx: CanvasRenderingContext2D, name: string): CanvasPattern | string {
  const side = 8 * devicePixelRatio;
  const tile = new OffscreenCanvas(side, side);
  const pen = tile.getContext('2d');
  if (!pen) {
    return color(name);
  }
  pen.fillStyle = color(name);
  pen.fillRect(0, 0, side, side);
  pen.strokeStyle = color('--stripe');
  pen.lineWidth = side / 5;
  for (const shift of [-side, 0, side]) {
    pen.moveTo(shift - 1, side + 1);
    pen.lineTo(shift + side + 1, -1);
  }
  pen.stroke();
  return ctx.createPattern(tile, 'repeat') ?? color(name);
}
