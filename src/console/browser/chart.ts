/** Charts over time, drawn by uPlot. Times are in UTC. */
import UPlot from 'uplot';
import { dayOfMonth, minuteOfDay } from './format.ts';
import { type ChartSeries, type Mark, type Plot, stacked } from './series.ts';

const AXIS_FONT = '11px ui-sans-serif, system-ui, sans-serif';
/** Charts with the same key share their cursor. */
const CURSOR_KEY = 'time';
const DAY_SECONDS = 86_400;
/** Of whole minutes and days, since labels have nothing smaller. */
const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 720, 1440, 2880].map((n) => n * 60);
const VALUE_AXIS_WIDTH = 52;
/** Distances between grid lines: 1, 2 or 5 times a power of ten. */
const VALUE_STEPS = [-2, -1, 0, 1, 2, 3, 4, 5].flatMap((power) =>
  [1, 2, 5].map((digit) => Number(`${digit}e${power}`)),
);

export interface ChartOptions {
  readonly kind: 'stack' | 'lines';
  readonly format: (value: number) => string;
  /** The value axis ends here, or higher where values are larger. */
  readonly minTop: number;
  /** The value axis always ends here. */
  readonly top?: number;
}

export interface Chart {
  show(plot: Plot): void;
}

/** Receives the cursor's index in the columns; undefined when the pointer has left. */
type OnCursor = (index: number | undefined) => void;

/** A chart that lives as long as the page. */
export function createChart(
  container: HTMLElement,
  options: ChartOptions,
  onCursor: OnCursor,
): Chart {
  const isStack = options.kind === 'stack';
  let uplot: UPlot | undefined;
  let shownSeries = '';
  let shownMarks: readonly Mark[] = [];
  const size = () => ({ width: container.clientWidth, height: container.clientHeight });
  new ResizeObserver(() => uplot?.setSize(size())).observe(container);
  for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)']) {
    matchMedia(query).addEventListener('change', () => uplot?.redraw(false, true));
  }

  return {
    show({ series, times, columns, marks }) {
      shownMarks = marks;
      // Later series are drawn over earlier ones, so a stack is drawn from its top.
      const drawn = isStack ? series.toReversed() : series;
      const heights = isStack ? stacked(columns).toReversed() : columns;
      const data = [times, ...heights] as UPlot.AlignedData;
      const wantedSeries = JSON.stringify(series);
      if (uplot && wantedSeries === shownSeries) {
        uplot.setData(data);
        return;
      }
      uplot?.destroy();
      shownSeries = wantedSeries;
      const hooks = {
        setCursor: [({ cursor }: UPlot) => onCursor(cursor.idx ?? undefined)],
        draw: [(plot: UPlot) => drawMarks(plot, shownMarks)],
      };
      uplot = new UPlot({ ...size(), ...layout(options, drawn), hooks }, data, container);
    },
  };
}

function layout(
  { kind, format, minTop, top }: ChartOptions,
  series: readonly ChartSeries[],
): Omit<UPlot.Options, 'width' | 'height'> {
  return {
    legend: { show: false },
    tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    padding: [8, 16, 0, 0],
    cursor: {
      drag: { x: false, y: false },
      y: false,
      points: { show: false },
      sync: { key: CURSOR_KEY },
    },
    scales: {
      x: { time: true },
      y: { range: (_, _min, max) => [0, top ?? Math.max(minTop, (max ?? 0) * 1.08)] },
    },
    axes: [
      {
        ...axis(),
        size: 26,
        space: 46,
        incrs: TIME_STEPS,
        values: (_, splits, _axis, _space, increment) =>
          splits.map(increment >= DAY_SECONDS ? dayOfMonth : minuteOfDay),
        grid: { show: false },
      },
      {
        ...axis(),
        size: VALUE_AXIS_WIDTH,
        space: 32,
        incrs: VALUE_STEPS,
        values: (_, splits) => splits.map(format),
        grid: { stroke: () => color('--line'), width: 1 },
      },
    ],
    series: [{}, ...series.map((each) => (kind === 'stack' ? area(each) : line(each)))],
  };
}

/** Lines from top to bottom, such as for a version that began to serve. */
function drawMarks({ ctx, bbox, valToPos }: UPlot, marks: readonly Mark[]): void {
  ctx.save();
  ctx.strokeStyle = color('--text');
  ctx.fillStyle = color('--text');
  ctx.font = `${11 * devicePixelRatio}px ui-sans-serif, system-ui, sans-serif`;
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const { at, text } of marks) {
    const x = valToPos(at, 'x', true);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const isAtEnd = x > bbox.left + 0.8 * bbox.width;
    ctx.textAlign = isAtEnd ? 'right' : 'left';
    ctx.fillText(text, x + (isAtEnd ? -4 : 4) * devicePixelRatio, bbox.top + 11 * devicePixelRatio);
  }
  ctx.restore();
}

function axis(): UPlot.Axis {
  return {
    stroke: () => color('--muted'),
    font: AXIS_FONT,
    ticks: { stroke: () => color('--line'), width: 1, size: 4 },
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
    // A value between two missing ones has no line: it is drawn as a point.
    points: { size: 4, fill: () => color(name), filter: isolatedPoints },
  };
}

const isolatedPoints: UPlot.Series.Points.Filter = (plot, index) => {
  const values = plot.data[index] ?? [];
  return [...values.keys()].filter(
    (i) => values[i] != null && values[i - 1] == null && values[i + 1] == null,
  );
};

/** A custom property of the style sheet as a canvas takes it. */
function color(name: string): string {
  document.body.style.setProperty('--drawn', `var(${name})`);
  return getComputedStyle(document.body, '::before').color;
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
