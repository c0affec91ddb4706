/** Predictions counted by language and label. */

import { columnsOf, cutTo, printable } from '../terminal/printable.ts';
import type { PredictionEntry } from './entry.ts';
import { formatMs, type Paint, pad, type Style } from './entry-line.ts';

export interface LabelSummary {
  readonly predictions: number;
  /** Of the predictions of the same language, 0 to 1. */
  readonly share: number;
  readonly mean_score: number | null;
}

export interface GroupSummary {
  readonly predictions: number;
  /** Of all predictions, 0 to 1. */
  readonly share: number;
  readonly mean_score: number | null;
  /** To three digits, by nearest rank. */
  readonly latency_ms: { readonly p50: number | null; readonly p99: number | null };
  readonly labels: Readonly<Record<string, LabelSummary>>;
}

export interface Summary {
  /** The first and the last time that the lines tell. */
  readonly from: string | null;
  readonly to: string | null;
  /** Predictions by commit. */
  readonly commits: Readonly<Record<string, number>>;
  /** The most frequent first. */
  readonly languages: readonly ({ readonly language: string } & GroupSummary)[];
  readonly all: GroupSummary;
}

export interface Summarizer {
  add(entry: PredictionEntry): void;
  summarize(): Summary;
}

export function createSummarizer(): Summarizer {
  const groups = new Map<string, Group>();
  const all = createGroup();
  const commits = new Map<string, number>();
  let from: string | null = null;
  let to: string | null = null;
  return {
    add: (entry) => {
      let group = groups.get(entry.language);
      if (!group) {
        group = createGroup();
        groups.set(entry.language, group);
      }
      group.add(entry);
      all.add(entry);
      commits.set(entry.commit, (commits.get(entry.commit) ?? 0) + 1);
      from = from === null || entry.timestamp < from ? entry.timestamp : from;
      to = to === null || entry.timestamp > to ? entry.timestamp : to;
    },
    summarize: () => {
      const whole = all.summarize(undefined);
      return {
        from,
        to,
        commits: Object.fromEntries(commits),
        languages: [...groups]
          .map(([language, group]) => ({ language, ...group.summarize(whole.predictions) }))
          .sort((a, b) => b.predictions - a.predictions || (a.language < b.language ? -1 : 1)),
        all: whole,
      };
    },
  };
}

interface Group {
  add(entry: PredictionEntry): void;
  /** @param total predictions of all groups; undefined where this is all. */
  summarize(total: number | undefined): GroupSummary;
}

function createGroup(): Group {
  const labels = new Map<string, Mean & { predictions: number }>();
  // Latencies of a day of traffic do not fit in memory one by one; the three digits that are shown
  // have a few thousand different values.
  const latencies = new Map<number, number>();
  return {
    add: ({ label, score, latencyMs }) => {
      let counts = labels.get(label);
      if (!counts) {
        counts = { predictions: 0, sum: 0, count: 0 };
        labels.set(label, counts);
      }
      counts.predictions += 1;
      if (!Number.isNaN(score)) {
        counts.sum += score;
        counts.count += 1;
      }
      if (!Number.isNaN(latencyMs)) {
        const rounded = threeDigits(latencyMs);
        latencies.set(rounded, (latencies.get(rounded) ?? 0) + 1);
      }
    },
    summarize: (total) => {
      const counts = [...labels.values()];
      const predictions = add(counts.map((label) => label.predictions));
      return {
        predictions,
        share: predictions / (total ?? predictions) || 0,
        mean_score: mean({
          sum: add(counts.map(({ sum }) => sum)),
          count: add(counts.map(({ count }) => count)),
        }),
        latency_ms: { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) },
        labels: Object.fromEntries(
          [...labels].sort(byName).map(([label, one]) => [
            label,
            {
              predictions: one.predictions,
              share: one.predictions / predictions,
              mean_score: mean(one),
            },
          ]),
        ),
      };
    },
  };
}

interface Mean {
  sum: number;
  count: number;
}

function mean({ sum, count }: Mean): number | null {
  return count > 0 ? sum / count : null;
}

function add(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function threeDigits(value: number): number {
  return Number(value.toPrecision(3));
}

/** The value at the nearest rank. @param counts how often there is each value. */
function quantile(counts: ReadonlyMap<number, number>, share: number): number | null {
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const rank = Math.ceil(share * add([...counts.values()]));
  let seen = 0;
  for (const [value, count] of sorted) {
    seen += count;
    if (seen >= rank) {
      return value;
    }
  }
  return null;
}

/** The summary as a table, each line with its newline. @param columns of the terminal, if any. */
export function formatSummary(summary: Summary, paint: Paint, columns?: number): string {
  const lines: [text: string, style?: Style][] =
    summary.all.predictions === 0 ? [['no predictions']] : summaryLines(summary);
  return lines
    .map(([text, style]) => {
      const shown = columns === undefined ? text : cutTo(text, columns);
      return `${style === undefined ? shown : paint(style, shown)}\n`;
    })
    .join('');
}

function summaryLines({ from, to, all, languages, commits }: Summary): [string, Style?][] {
  const labels = Object.keys(all.labels);
  const groups = [...languages, ...(languages.length > 1 ? [{ language: 'all', ...all }] : [])];
  const rows = [
    ['language', 'predictions', 'share', ...labels, 'score', 'p50', 'p99'].map(printable),
    ...groups.map((group) => formatGroup(group.language, group, labels)),
  ];
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => columnsOf(row[column] ?? ''))),
  );
  const [head = '', ...table] = rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths?.[column] ?? 0;
        return column === 0 ? pad(cell, width) : ' '.repeat(width - columnsOf(cell)) + cell;
      })
      .join('  '),
  );
  return [
    [`${formatCount(all.predictions)} predictions, ${formatTime(from)} to ${formatTime(to)} UTC`],
    ...Object.entries(commits).map(([commit, count]): [string] => [
      `commit ${printable(commit)}: ${formatCount(count)}`,
    ]),
    [''],
    [head, 'bold'],
    ...table.map((line): [string] => [line]),
  ];
}

function formatGroup(language: string, group: GroupSummary, labels: readonly string[]): string[] {
  const { predictions, share, mean_score, latency_ms } = group;
  return [
    printable(language) || '-',
    formatCount(predictions),
    formatShare(share),
    ...labels.map((label) => {
      const counts = Object.hasOwn(group.labels, label) ? group.labels[label] : undefined;
      return counts
        ? `${formatCount(counts.predictions)} ${formatShare(counts.share).padStart(7)}`
        : '-';
    }),
    mean_score?.toFixed(2) ?? '-',
    formatMs(latency_ms.p50 ?? Number.NaN),
    formatMs(latency_ms.p99 ?? Number.NaN),
  ];
}

function formatTime(timestamp: string | null): string {
  return printable(timestamp ?? '')
    .slice(0, 19)
    .replace('T', ' ');
}

function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

function formatShare(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
