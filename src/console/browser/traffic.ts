/** Charts of requests, latency and labels, each with its numbers of now. */
import type { ChartSeries } from './chart.ts';
import { milliseconds, percent, rate } from './format.ts';
import { createPanel } from './panel.ts';
import { sumsOf, timelineOf } from './series.ts';
import { recentOf } from './status.ts';
import type { ConsoleData } from './types.ts';

/** Colours for so many labels; further ones begin anew. */
const LABEL_COLORS = 3;

const REQUESTS: readonly ChartSeries[] = [
  { name: 'failed (5xx)', color: '--bad', striped: true },
  { name: 'turned away (429)', color: '--warning', striped: true },
  { name: 'answered', color: '--known-1' },
];
const LATENCY: readonly ChartSeries[] = [
  { name: 'p50', color: '--known-1' },
  { name: 'p99', color: '--known-4', dashed: true },
];

export function startTraffic(): (data: ConsoleData) => void {
  const requests = createPanel('requests', { kind: 'stack', format: rate, least: 1 });
  const latency = createPanel('latency', { kind: 'lines', format: milliseconds, least: 5 });
  const labels = createPanel('labels', { kind: 'stack', format: percent, least: 1, most: 1 });

  return (data) => {
    const { times, column } = timelineOf(data);
    const { stepSeconds } = data;
    const now = recentOf(data);

    requests.show(
      REQUESTS,
      times,
      [
        column(({ failed }) => failed / stepSeconds, 0),
        column(({ refused }) => refused / stepSeconds, 0),
        column(({ answered }) => answered / stepSeconds, 0),
      ],
      [now.failed, now.refused, now.answered].map((n) => rate(n / now.seconds)),
    );
    latency.show(
      LATENCY,
      times,
      [column((step) => step.latency?.p50, null), column((step) => step.latency?.p99, null)],
      [now.p50, now.p99].map((ms) => (ms === undefined ? '–' : milliseconds(ms))),
    );
    const recent = sumsOf(data, ({ labels }) => labels);
    labels.show(
      data.labels.map(labelSeries),
      times,
      data.labels.map((label) => column(({ labels }) => shareOf(label, labels), 0)),
      data.labels.map((label) => percentOf(shareOf(label, recent))),
    );
  };
}

export function labelSeries(name: string, index: number): ChartSeries {
  return { name, color: `--label-${(index % LABEL_COLORS) + 1}` };
}

/** Undefined where there is nothing. */
function shareOf(name: string, counts: Readonly<Record<string, number>>): number | undefined {
  const total = Object.values(counts).reduce((sum, n) => sum + n, 0);
  return total === 0 ? undefined : (counts[name] ?? 0) / total;
}

function percentOf(share: number | undefined): string {
  return share === undefined ? '–' : percent(share);
}
