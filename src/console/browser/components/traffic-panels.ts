/** Charts of requests, latency and labels, each with its values of the last minute. */
import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import type { ConsoleData } from '../../../api/console.ts';
import type { ChartOptions, ChartSeries, Plot } from '../chart.ts';
import { milliseconds, percent, rate } from '../format.ts';
import { sumsOf, timelineOf } from '../series.ts';
import { ChartPanel } from './chart-panel.ts';

/** Colours for labels in the style sheet; further labels start again with the first. */
const LABEL_COLORS = 3;

const REQUEST_SERIES: readonly ChartSeries[] = [
  { name: 'failed (5xx)', color: '--bad', striped: true },
  { name: 'turned away (429)', color: '--warning', striped: true },
  { name: 'answered', color: '--known-1' },
];
const LATENCY_SERIES: readonly ChartSeries[] = [
  { name: 'p50', color: '--known-1' },
  { name: 'p99', color: '--known-4', dashed: true },
];
const REQUEST_CHART: ChartOptions = { kind: 'stack', format: rate, minTop: 1 };
const LATENCY_CHART: ChartOptions = { kind: 'lines', format: milliseconds, minTop: 5 };
const LABEL_CHART: ChartOptions = { kind: 'stack', format: percent, minTop: 1, top: 1 };

interface Shown {
  readonly plot?: Plot;
  readonly now?: readonly string[];
}

export function TrafficPanels({ data }: { data: ConsoleData | undefined }): VNode {
  const { requests, latency, labels } = useMemo(() => (data ? plotsOf(data) : NOTHING), [data]);
  return html`
    <${ChartPanel}
      id="requests" title="Requests" unit="per second" class="third"
      options=${REQUEST_CHART} ...${requests}
    />
    <${ChartPanel}
      id="latency" title="Latency" unit="of an answer" class="third"
      options=${LATENCY_CHART} ...${latency}
    />
    <${ChartPanel}
      id="labels" title="Labels" unit="share of the texts" class="third"
      options=${LABEL_CHART} ...${labels}
    />
  `;
}

const NOTHING: Record<'requests' | 'latency' | 'labels', Shown> = {
  requests: {},
  latency: {},
  labels: {},
};

function plotsOf(data: ConsoleData): typeof NOTHING {
  const { times, column } = timelineOf(data);
  const { stepSeconds, recent, drift, labels } = data;
  const labelCounts = sumsOf(data, (step) => step.labels, drift.windowSeconds);
  return {
    requests: {
      plot: {
        series: REQUEST_SERIES,
        times,
        columns: [
          column(({ failed }) => failed / stepSeconds, 0),
          column(({ refused }) => refused / stepSeconds, 0),
          column(({ answered }) => answered / stepSeconds, 0),
        ],
      },
      now: [recent.failed, recent.refused, recent.answered].map((n) => rate(n / recent.seconds)),
    },
    latency: {
      plot: {
        series: LATENCY_SERIES,
        times,
        columns: [
          column((step) => step.latency?.p50, null),
          column((step) => step.latency?.p99, null),
        ],
      },
      now: [recent.latency?.p50, recent.latency?.p99].map((ms) => valueOr(ms, milliseconds)),
    },
    labels: {
      plot: {
        series: labels.map(labelSeries),
        times,
        columns: labels.map((label) => column((step) => shareOf(label, step.labels), 0)),
      },
      now: labels.map((label) => valueOr(shareOf(label, labelCounts), percent)),
    },
  };
}

export function labelSeries(name: string, index: number): ChartSeries {
  return { name, color: `--label-${(index % LABEL_COLORS) + 1}` };
}

/** Undefined where there are no counts. */
function shareOf(name: string, counts: Readonly<Record<string, number>>): number | undefined {
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0);
  return total === 0 ? undefined : (counts[name] ?? 0) / total;
}

function valueOr(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? '–' : format(value);
}
