/** Counts what was sent and what came back. */
import type { Answer } from './client.ts';
import type { Phase } from './phases.ts';
import { LABELS, type Label } from './phrases/phrases.ts';
import type { LabelledText, Mix } from './traffic.ts';

/** Why a run ended. */
export type Ending = 'completed' | 'interrupted' | 'unreachable';

export interface Report {
  readonly ended: Ending;
  readonly elapsed_ms: number;
  readonly phases: readonly PhaseReport[];
  readonly rows: readonly Row[];
  /** Requests by status; `timeout` or the system's code where none came. */
  readonly statuses: Readonly<Record<string, number>>;
  /** From sending a request to the whole of its predictions; null where there were none. */
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

/** What one commit answered to the texts of one language in one phase. */
export interface Row {
  /** From 1. */
  readonly phase: number;
  readonly language: string;
  readonly commit: string;
  readonly texts: number;
  /** Texts with the label that a reader would give. */
  readonly correct: number;
  /** Texts by the language that the server told. */
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
  const latenciesMs: number[] = [];
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
      latenciesMs.push(tookMs);
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
      // By phase and language; commits in the order in which they first answered.
      rows: [...rows.values()].sort(
        (a, b) => a.phase - b.phase || a.language.localeCompare(b.language),
      ),
      statuses,
      latency_ms: latenciesMs.length === 0 ? null : quantiles(latenciesMs),
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

/** By nearest rank: each is a latency that was measured. */
function quantiles(valuesMs: readonly number[]): NonNullable<Report['latency_ms']> {
  const sorted = Float64Array.from(valuesMs).sort();
  const at = (quantile: number): number => {
    const value = sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] as number;
    return Math.round(value * 1e3) / 1e3;
  };
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}
