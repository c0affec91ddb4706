/** The report of `simulate`: what was sent, and what was answered. */
import type { Mix } from './traffic.ts';

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
  /** Of the texts; `-` where it is not known. */
  readonly language: string;
  readonly commit: string;
  readonly texts: number;
  /** Texts with a label that the model has. */
  readonly labelled: number;
  /** Of these, texts whose predicted label is their own. */
  readonly correct: number;
  /** Texts by the language that the server identified. */
  readonly told: Readonly<Record<string, number>>;
  /** Texts by their own label, also by one that the model does not have. */
  readonly labels: Readonly<Record<string, number>>;
  /** Texts by their predicted label, of all labels of the model. */
  readonly predicted: Readonly<Record<string, number>>;
}
