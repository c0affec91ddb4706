/** The charts of the page, and what they show of a history. */
import type { ConsoleData, HistoryStep } from '../../api/console.ts';
import { milliseconds, percent, rate } from '../../terminal/quantities.ts';
import { AGREEMENT_SECONDS, agreementPlot } from './agreement.ts';
import type { ChartOptions } from './chart.ts';
import { foldStrays, languageAlarms, languageShares } from './languages.ts';
import { languageSeries } from './palette.ts';
import { type ChartSeries, type Plot, type Source, sumsOf, timelineOf } from './series.ts';

type ChartName = 'languages' | 'requests' | 'latency' | 'labels' | 'agreement';

export interface ChartDefinition extends ChartOptions {
  readonly id: ChartName;
  readonly title: string;
  readonly unit: string;
  readonly class: string;
}

const third = (id: ChartName, title: string, unit: string, options: ChartOptions) => {
  return { id, title, unit, class: 'third', ...options };
};

export const CHARTS: Readonly<Record<ChartName, ChartDefinition>> = {
  languages: {
    ...{ id: 'languages', title: 'Languages', unit: 'texts/s, stacked', class: 'languages' },
    ...{ kind: 'stack', format: rate, minTop: 1 },
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
  { name: 'failed (5xx)', color: '--act', striped: true },
  { name: 'turned away (429)', color: '--look', striped: true },
  { name: 'answered', color: '--language-1' },
];
const LATENCY: readonly ChartSeries[] = [
  { name: 'p50', color: '--language-1' },
  { name: 'p99', color: '--accent', dashed: true },
];
/** What the legend shows. */
const LASTING_SECONDS = 300;

/** Colours for labels in the style sheet; further labels start again with the first. */
const LABEL_COLORS = 3;

export function labelSeries(name: string, index: number): ChartSeries {
  return { name, color: `--label-${(index % LABEL_COLORS) + 1}` };
}

export function plotsOf(data: ConsoleData, source: Source): Readonly<Record<ChartName, Plot>> {
  const { recent, labels } = data;
  const { stepSeconds, marks } = source;
  const { times, column } = timelineOf(source);
  const labelCounts = sumsOf(source, (step) => step.labels, LASTING_SECONDS);
  const last = source.steps.at(-1);
  const isReplica = source.steps === data.steps;
  const perSecond = (name: 'failed' | 'refused' | 'answered'): string =>
    rate(isReplica ? recent[name] / recent.seconds : (last?.[name] ?? 0) / stepSeconds);
  const latency = isReplica ? recent.latency : last?.latency;
  return {
    languages: languagesPlot(data, source),
    requests: {
      ...{ series: REQUESTS, times, marks },
      columns: (['failed', 'refused', 'answered'] as const).map((name) =>
        column((step) => step[name] / stepSeconds, 0),
      ),
      now: [perSecond('failed'), perSecond('refused'), perSecond('answered')],
    },
    latency: {
      ...{ series: LATENCY, times, marks },
      columns: [
        column((step) => step.latency?.p50, null),
        column((step) => step.latency?.p99, null),
      ],
      now: [latency?.p50, latency?.p99].map((ms) => textOf(ms, milliseconds)),
    },
    labels: {
      ...{ series: labels.map(labelSeries), times, marks },
      columns: labels.map((label) => column((step) => shareOf(label, step.labels), 0)),
      now: labels.map((label) => textOf(shareOf(label, labelCounts), percent)),
    },
    agreement: agreementPlot(data),
  };
}

/** From the bottom: alarms, whose height can then be read from the axis; the others by their share. */
function languagesPlot(data: ConsoleData, source: Source): Plot {
  const { times, column } = timelineOf(source);
  const alarms = languageAlarms(data);
  const { main, strays } = foldStrays(languageShares(data, source));
  const shown = [...main.filter(({ alarm }) => alarm), ...main.filter(({ alarm }) => !alarm)].map(
    ({ language }) => language,
  );
  const amount = ({ languages }: HistoryStep, names: readonly string[]): number =>
    names.reduce((sum, name) => sum + (languages[name] ?? 0), 0) / source.stepSeconds;
  const others = strays.map(({ language }) => language);
  return {
    series: [
      ...shown.map((name) => languageSeries(name, alarms)),
      ...(others.length > 0 ? [STRAYS] : []),
    ],
    times,
    columns: [
      ...shown.map((name) => column((step) => amount(step, [name]), 0)),
      ...(others.length > 0 ? [column((step) => amount(step, others), 0)] : []),
    ],
    marks: source.marks,
  };
}

export const STRAYS: ChartSeries = { name: 'others', color: '--language-other' };

/** Undefined where there are no counts. */
function shareOf(name: string, counts: Readonly<Record<string, number>>): number | undefined {
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0);
  return total === 0 ? undefined : (counts[name] ?? 0) / total;
}

function textOf(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? '–' : format(value);
}
