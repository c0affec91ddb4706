/** Predictions counted by language and label. */
import { quantile } from '../statistics.ts';
import type { PredictionEntry } from './entry.ts';

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
  /** Quantiles by nearest rank, to three digits. */
  readonly latency_ms: { readonly p50: number | null; readonly p99: number | null };
  readonly labels: Readonly<Record<string, LabelSummary>>;
}

/** Printed by `logs --summary --json`: names and meanings stay. */
export interface Summary {
  /** The earliest and the latest timestamp. */
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

/** Predictions of one language, or of all. */
interface Group {
  add(entry: PredictionEntry): void;
  /** @param total the predictions of all groups; undefined for the group of all predictions. */
  summarize(total: number | undefined): GroupSummary;
}

interface LabelCounts extends Mean {
  predictions: number;
}

function createGroup(): Group {
  const labels = new Map<string, LabelCounts>();
  // The latencies of a day of traffic do not fit into memory one by one; rounded to the three digits that
  // are shown, they have a few thousand different values.
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
        const rounded = Number(latencyMs.toPrecision(3));
        latencies.set(rounded, (latencies.get(rounded) ?? 0) + 1);
      }
    },
    summarize: (total) => {
      const counts = [...labels.values()];
      const predictions = sum(counts.map((label) => label.predictions));
      return {
        predictions,
        share: predictions / (total ?? predictions) || 0,
        mean_score: mean({
          sum: sum(counts.map((label) => label.sum)),
          count: sum(counts.map((label) => label.count)),
        }),
        latency_ms: {
          p50: quantile(latencies, 0.5) ?? null,
          p99: quantile(latencies, 0.99) ?? null,
        },
        labels: summarizeLabels(labels, predictions),
      };
    },
  };
}

function summarizeLabels(
  labels: ReadonlyMap<string, LabelCounts>,
  total: number,
): Record<string, LabelSummary> {
  return Object.fromEntries(
    [...labels]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([label, counts]) => [
        label,
        {
          predictions: counts.predictions,
          share: counts.predictions / total,
          mean_score: mean(counts),
        },
      ]),
  );
}

interface Mean {
  sum: number;
  count: number;
}

function mean({ sum, count }: Mean): number | null {
  return count > 0 ? sum / count : null;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
