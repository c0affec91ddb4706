/** The report of `simulate`: what was sent, and what was answered. */
import { quantile } from '../statistics.ts';
import type { Answer } from './client.ts';
import type { Phase } from './phases.ts';
import { LABELS, type Label } from './phrases/phrases.ts';
import type { LabelledText, Mix } from './traffic.ts';

/** Why a run ended. */
export type Ending = 'completed' | 'interrupted' | 'unreachable';

/** Printed by `simulate --json`: names and meanings stay. */
export interface Report {
  readonly ended: Ending;
  readonly elapsed_ms: number;
  readonly phases: readonly PhaseReport[];
  readonly rows: readonly Row[];
  /** Requests by status; without a response, `timeout` or the system's code. */
  readonly statuses: Readonly<Record<string, number>>;
  /** From sending a request to receiving all of its predictions; null without predictions. */
  readonly latency_ms: Readonly<Record<'p50' | 'p90' | 'p99' | 'max', number>> | null;
  /** Feedback by status. */
  readonly feedback: Readonly<Record<string, number>>;
}

export interface PhaseReport {
  readonly mix: Mix;
  readonly duration_ms: number;
  /** Texts. */
  readonly sent: number;
  /** Texts that were due while too many requests were in flight. */
  readonly skipped: number;
}

/** The predictions of one commit for the texts of one language in one phase. */
export interface Row {
  /** From 1. */
  readonly phase: number;
  readonly language: string;
  readonly commit: string;
  readonly texts: number;
  /** Texts whose predicted label is that of their phrases. */
  readonly correct: number;
  /** Texts by the language that the server identified. */
  readonly told: Readonly<Record<string, number>>;
  readonly labels: Readonly<Record<Label, number>>;
  readonly predicted: Readonly<Record<string, number>>;
}

export interface Tally {
  addAnswer(phase: number, texts: readonly LabelledText[], answer: Answer, tookMs: number): void;
  addSkipped(phase: number, texts: number): void;
  addFeedback(status: string): void;
  counts(): { sent: number; skipped: number; errors: number };
  report(end: { ended: Ending; elapsedMs: number }): Report;
}

type Counts = Record<string, number>;

interface MutableRow {
  readonly phase: number;
  readonly language: string;
  readonly commit: string;
  texts: number;
  correct: number;
  readonly told: Counts;
  readonly labels: Record<Label, number>;
  readonly predicted: Counts;
}

export function createTally(phases: readonly Phase[]): Tally {
  const phaseCounts = phases.map(() => ({ sent: 0, skipped: 0 }));
  const rows = new Map<string, MutableRow>();
  const statuses: Counts = {};
  const feedback: Counts = {};
  /** By microsecond, how many requests took that long. */
  const latencies = new Map<number, number>();
  let errors = 0;

  const rowOf = (phase: number, language: string, commit: string): MutableRow => {
    const key = `${phase} ${language} ${commit}`;
    const row = rows.get(key) ?? {
      phase: phase + 1,
      language,
      commit,
      texts: 0,
      correct: 0,
      told: {},
      labels: noLabels(),
      predicted: noLabels(),
    };
    rows.set(key, row);
    return row;
  };

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
      texts.forEach(({ language, label }, index) => {
        const predicted = answer.predictions[index] as (typeof answer.predictions)[number];
        const row = rowOf(phase, language, answer.commit);
        row.texts += 1;
        row.correct += predicted.label === label ? 1 : 0;
        row.labels[label] += 1;
        increment(row.predicted, predicted.label);
        increment(row.told, predicted.language);
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
      // By phase and language; commits in the order of their first responses.
      rows: [...rows.values()].sort(
        (a, b) => a.phase - b.phase || a.language.localeCompare(b.language),
      ),
      statuses,
      latency_ms: latencies.size === 0 ? null : quantilesOf(latencies),
      feedback,
    }),
  };
}

function increment(counts: Counts, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

function noLabels(): Record<Label, number> {
  return Object.fromEntries(LABELS.map((label) => [label, 0])) as Record<Label, number>;
}

function quantilesOf(latencies: ReadonlyMap<number, number>): NonNullable<Report['latency_ms']> {
  const at = (share: number): number => quantile(latencies, share) as number;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}
