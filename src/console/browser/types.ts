/**
 * What the server tells, as far as the page uses it. Mirrors ConsoleData of src/http/console.ts,
 * HistorySnapshot of src/telemetry/history.ts and FeatureDrift of src/telemetry/drift.ts: the page is
 * compiled on its own and can't import them.
 */

export type Counts = Readonly<Record<string, number>>;

export interface Step {
  /** When it began, in seconds since 1970. */
  readonly at: number;
  readonly answered: number;
  /** Answered with 429. */
  readonly refused: number;
  /** Answered with 5xx. */
  readonly failed: number;
  /** In milliseconds. */
  readonly latency?: { readonly p50: number; readonly p99: number };
  readonly labels: Counts;
  readonly languages: Counts;
}

export interface BinDrift {
  readonly bin: string;
  readonly count: number;
  readonly observed: number;
  readonly reference: number;
}

export interface FeatureDrift {
  readonly feature: string;
  readonly observations: number;
  readonly stabilityIndex?: number;
  readonly bins: readonly BinDrift[];
}

/** A line of the prediction log; what LOG_INPUT leaves out is not there. */
export interface LoggedPrediction {
  readonly id: string;
  /** Seconds since 1970. */
  readonly at?: number;
  readonly input?: string;
  readonly label: string;
  readonly score: number;
  readonly language: string;
  readonly latency_ms: number;
}

export interface ModelName {
  readonly name: string;
  readonly commit: string;
  readonly tag?: string;
}

export interface ConsoleData {
  readonly status: 'loading' | 'ready' | 'draining';
  readonly model?: ModelName;
  readonly labels: readonly string[];
  readonly queue: { readonly length: number; readonly capacity: number };
  readonly workers: Counts;
  /** Seconds since 1970, by the server's clock. */
  readonly now: number;
  readonly stepSeconds: number;
  /** Oldest first; those without traffic are missing, the last one goes on. */
  readonly steps: readonly Step[];
  readonly drift: {
    readonly windowSeconds: number;
    readonly features: readonly FeatureDrift[];
    readonly foreign: readonly BinDrift[];
    readonly known: readonly string[];
  };
  /** By predicted label, then by the right one. */
  readonly feedback: Readonly<Record<string, Counts>>;
  /** The newest first. */
  readonly predictions: readonly LoggedPrediction[];
}

export interface Prediction {
  readonly id: string;
  readonly label: string;
  readonly score: number;
  readonly scores: Counts;
  readonly language: string;
  readonly truncated?: true;
}

export interface ModelFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly digest: string;
}

/** `GET /model` */
export interface ModelCard extends ModelName {
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly date: string;
  readonly parents: readonly string[];
  readonly ingredients: Readonly<Record<string, readonly ModelFile[]>>;
  /** metrics.json of the version, which is the version's own affair. */
  readonly metrics?: unknown;
  readonly loadedAt: string;
}
