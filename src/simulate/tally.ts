/** Counts what a run sends, and what it receives. */
import { quantile } from '../statistics.ts';
import type { Answer, Prediction } from './client.ts';
import type { Phase } from './phases.ts';
import type { Ending, Report, Row } from './report.ts';
import type { LabelledText } from './traffic.ts';

export interface Tally {
  addAnswer(phase: number, texts: readonly LabelledText[], answer: Answer, tookMs: number): void;
  addSkipped(phase: number, texts: number): void;
  addFeedback(status: string): void;
  counts(): { sent: number; skipped: number; errors: number };
  report(end: { ended: Ending; elapsedMs: number }): Report;
}

type Counts = Record<string, number>;

/** In the report, for texts whose language is not known. */
export const NO_LANGUAGE = '-';

export function createTally(phases: readonly Phase[]): Tally {
  const phaseCounts = phases.map(() => ({ sent: 0, skipped: 0 }));
  const rows = createRows();
  const statuses: Counts = {};
  const feedback: Counts = {};
  /** How many requests took each number of milliseconds, in steps of 1 µs. */
  const latencies = new Map<number, number>();
  let errors = 0;

  return {
    addAnswer(phase, texts, answer, tookMs) {
      (phaseCounts[phase] as { sent: number }).sent += texts.length;
      increment(statuses, answer.status);
      if (answer.kind !== 'predictions') {
        errors += 1;
        return;
      }
      const latencyMs = Math.round(tookMs * 1e3) / 1e3;
      latencies.set(latencyMs, (latencies.get(latencyMs) ?? 0) + 1);
      texts.forEach((text, index) => {
        rows.add(phase, text, answer.predictions[index] as Prediction, answer.commit);
      });
    },
    addSkipped(phase, texts) {
      (phaseCounts[phase] as { skipped: number }).skipped += texts;
    },
    addFeedback(status) {
      increment(feedback, status);
    },
    counts: () => ({
      sent: phaseCounts.reduce((total, { sent }) => total + sent, 0),
      skipped: phaseCounts.reduce((total, { skipped }) => total + skipped, 0),
      errors,
    }),
    report: ({ ended, elapsedMs }) => ({
      ended,
      elapsed_ms: Math.round(elapsedMs),
      phases: phases.map(({ mix, durationMs }, index) => ({
        mix,
        duration_ms: durationMs,
        ...(phaseCounts[index] as { sent: number; skipped: number }),
      })),
      rows: rows.sorted(),
      statuses,
      latency_ms: latencies.size === 0 ? null : quantilesOf(latencies),
      feedback,
    }),
  };
}

interface Rows {
  add(phase: number, text: LabelledText, prediction: Prediction, commit: string): void;
  /** By phase and language; commits in the order of their first responses. */
  sorted(): Row[];
}

interface MutableRow extends Pick<Row, 'phase' | 'language' | 'commit'> {
  texts: number;
  labelled: number;
  correct: number;
  readonly told: Counts;
  readonly labels: Counts;
  readonly predicted: Counts;
}

function createRows(): Rows {
  const rows = new Map<string, MutableRow>();
  return {
    add: (phase, { language = NO_LANGUAGE, label }, prediction, commit) => {
      const key = `${phase} ${language} ${commit}`;
      const row = rows.get(key) ?? {
        phase: phase + 1,
        language,
        commit,
        texts: 0,
        labelled: 0,
        correct: 0,
        told: {},
        labels: {},
        predicted: Object.fromEntries(Object.keys(prediction.scores).map((name) => [name, 0])),
      };
      rows.set(key, row);
      row.texts += 1;
      if (label !== undefined) {
        row.labelled += label in prediction.scores ? 1 : 0;
        row.correct += prediction.label === label ? 1 : 0;
        increment(row.labels, label);
      }
      increment(row.predicted, prediction.label);
      increment(row.told, prediction.language);
    },
    sorted: () =>
      [...rows.values()].sort((a, b) => a.phase - b.phase || a.language.localeCompare(b.language)),
  };
}

function increment(counts: Counts, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

/** By nearest rank: each one is a latency that was measured. */
function quantilesOf(latencies: ReadonlyMap<number, number>): NonNullable<Report['latency_ms']> {
  const at = (share: number): number => quantile(latencies, share) as number;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}
