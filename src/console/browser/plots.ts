/** The charts of the page, and what they show of the history. */
import type { ConsoleData } from '../../api/console.ts';
import { AGREEMENT_SECONDS, agreementPlot } from './agreement.ts';
import type { ChartOptions } from './chart.ts';
import { milliseconds, percent, rate } from './format.ts';
import { type Familiarity, familiarity } from './languages.ts';
import type { Palette } from './palette.ts';
import { type ChartSeries, type Plot, sumsOf, timelineOf } from './series.ts';

type ChartName = 'languages' | 'requests' | 'latency' | 'labels' | 'agreement';

export interface ChartDefinition extends ChartOptions {
  readonly id: ChartName;
  readonly title: string;
  readonly unit: string;
  readonly class: string;
  /** Twice as wide, with a legend beside the chart. */
  readonly isWide?: boolean;
}

const third = (id: ChartName, title: string, unit: string, options: ChartOptions) => {
  return { id, title, unit, class: 'third', ...options };
};

export const CHARTS: Readonly<Record<ChartName, ChartDefinition>> = {
  languages: {
    ...{ id: 'languages', title: 'Languages', unit: 'texts/s, stacked', class: 'languages' },
    ...{ isWide: true, kind: 'stack', format: rate, minTop: 1 },
  },
  requests: third('requests', 'Requests', 'per second', { kind: 'stack', format: rate, minTop: 1 }),
  latency: third('latency', 'Latency', 'of an answer', {
    ...{ kind: 'lines', format: milliseconds, minTop: 5 },
  }),
  labels: third('labels', 'Labels', 'share of the texts', {
    ...{ kind: 'stack', format: percent, minTop: 1, top: 1 },
  }),
  agreement: third('agreement', 'Agreement of the candidate', `texts of ${AGREEMENT_SECONDS} s`, {
    ...{ kind: 'lines', format: percent, minTop: 1, top: 1 },
  }),
};

const REQUESTS: readonly ChartSeries[] = [
  { name: 'failed (5xx)', color: '--bad', striped: true },
  { name: 'turned away (429)', color: '--warning', striped: true },
  { name: 'answered', color: '--known-1' },
];
const LATENCY: readonly ChartSeries[] = [
  { name: 'p50', color: '--known-1' },
  { name: 'p99', color: '--known-4', dashed: true },
];

/** Colours for labels in the style sheet; further labels start again with the first. */
const LABEL_COLORS = 3;
/** From the bottom of the stack: a new language grows from the axis, where its height can be read. */
const STACK_ORDER: readonly Familiarity[] = ['foreign', 'undetermined', 'known'];

export function labelSeries(name: string, index: number): ChartSeries {
  return { name, color: `--label-${(index % LABEL_COLORS) + 1}` };
}

export function plotsOf(data: ConsoleData, palette: Palette): Readonly<Record<ChartName, Plot>> {
  const { stepSeconds, recent, drift, labels } = data;
  const { times, column } = timelineOf(data);
  const languages = languagesInStackOrder(data);
  const labelCounts = sumsOf(data, (step) => step.labels, drift.windowSeconds);
  return {
    languages: {
      series: languages.map((name) => palette(name, familiarity(name, drift.known))),
      times,
      columns: languages.map((name) =>
        column((step) => (step.languages[name] ?? 0) / stepSeconds, 0),
      ),
    },
    requests: {
      series: REQUESTS,
      times,
      columns: [
        column(({ failed }) => failed / stepSeconds, 0),
        column(({ refused }) => refused / stepSeconds, 0),
        column(({ answered }) => answered / stepSeconds, 0),
      ],
      now: [recent.failed, recent.refused, recent.answered].map((n) => rate(n / recent.seconds)),
    },
    latency: {
      series: LATENCY,
      times,
      columns: [
        column((step) => step.latency?.p50, null),
        column((step) => step.latency?.p99, null),
      ],
      now: [recent.latency?.p50, recent.latency?.p99].map((ms) => textOf(ms, milliseconds)),
    },
    labels: {
      series: labels.map(labelSeries),
      times,
      columns: labels.map((label) => column((step) => shareOf(label, step.labels), 0)),
      now: labels.map((label) => textOf(shareOf(label, labelCounts), percent)),
    },
    agreement: agreementPlot(data, palette),
  };
}

/** Languages of the whole history, the bottom of the stack first. */
function languagesInStackOrder(data: ConsoleData): string[] {
  const totals = sumsOf(data, ({ languages }) => languages, Number.POSITIVE_INFINITY);
  const rank = (name: string): number => STACK_ORDER.indexOf(familiarity(name, data.drift.known));
  return Object.entries(totals)
    .sort(([a, n], [b, m]) => rank(a) - rank(b) || m - n)
    .map(([name]) => name);
}

/** Undefined where there are no counts. */
function shareOf(name: string, counts: Readonly<Record<string, number>>): number | undefined {
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0);
  return total === 0 ? undefined : (counts[name] ?? 0) / total;
}

function textOf(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? '–' : format(value);
}
