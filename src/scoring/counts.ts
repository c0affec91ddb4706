/** What is counted of scored rows, for the summary at the end. */
import { type Counts, createTally, type Profile } from '../drift/profile.ts';
import type { ScoredRow } from './scored-row.ts';
import { placeOf } from './windows.ts';

/** So many errors are shown. */
const MAX_EXAMPLES = 5;

export interface ScoredCounts {
  readonly rows: number;
  readonly classified: number;
  readonly truncated: number;
  /** Rows without a classification. */
  readonly errors: number;
  /** The first of them: file, line and what is wrong. */
  readonly examples: readonly string[];
  readonly labels: Readonly<Record<string, number>>;
  readonly languages: Readonly<Record<string, number>>;
  /** Into the bins of the version's profile; empty where it has none. */
  readonly bins: Counts;
}

export interface Counter {
  add(rows: readonly ScoredRow[]): void;
  /** Later calls of `add` do not change it. */
  counts(): ScoredCounts;
}

/** @param before the counts of an interrupted run, which is continued. */
export function createCounter(profile: Profile | undefined, before?: ScoredCounts): Counter {
  const counts = {
    ...{ rows: 0, classified: 0, truncated: 0, errors: 0 },
    ...{ examples: [], labels: {}, languages: {} },
    ...structuredClone(before),
  } as {
    rows: number;
    classified: number;
    truncated: number;
    errors: number;
    examples: string[];
    labels: Record<string, number>;
    languages: Record<string, number>;
  };
  const tally = createTally(profile ?? { features: {} });
  const add = ({ row, classification, error }: ScoredRow): void => {
    counts.rows++;
    if (classification) {
      const { label, language, truncated } = classification;
      counts.classified++;
      counts.truncated += Number(truncated);
      counts.labels[label] = (counts.labels[label] ?? 0) + 1;
      counts.languages[language] = (counts.languages[language] ?? 0) + 1;
      tally.add(classification);
    } else {
      counts.errors++;
      if (counts.examples.length < MAX_EXAMPLES) {
        counts.examples.push(`${placeOf(row)}: ${error}`);
      }
    }
  };
  return {
    add: (rows) => rows.forEach(add),
    counts: () => structuredClone({ ...counts, bins: sum(tally.counts, before?.bins) }),
  };
}

function sum(counts: Counts, before: Counts = {}): Counts {
  return Object.fromEntries(
    Object.entries(counts).map(([feature, bins]) => [
      feature,
      bins.map((count, bin) => count + (before[feature]?.[bin] ?? 0)),
    ]),
  );
}
