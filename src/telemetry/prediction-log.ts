/** One log line for each prediction that was answered. */
import { createHash } from 'node:crypto';
import { maskText } from './mask.ts';

/** All that is known of one answered prediction. */
export interface PredictionRecord {
  readonly requestId: string;
  readonly traceId?: string | undefined;
  readonly id: string;
  readonly model: string;
  readonly commit: string;
  readonly input: string;
  readonly label: string;
  readonly score: number;
  readonly scores: Readonly<Record<string, number>>;
  readonly language: string;
  /** Probability of the likeliest language, also where it is too low to be told. */
  readonly languageConfidence: number;
  readonly tokens: number;
  readonly unknownRatio: number;
  readonly truncated: boolean;
  /** True where an earlier request's classification was given again. */
  readonly cached: boolean;
  readonly latencyMs: number;
}

/** What the log may tell of a text, by the name of the setting's value. */
const INPUT_POLICIES = {
  masked: maskText,
  full: (text: string) => text,
  hash: (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`,
  none: () => undefined,
};

export type InputPolicy = keyof typeof INPUT_POLICIES;

/** The fields of a prediction's line after its `event`, in their order. */
export function predictionFields(record: PredictionRecord, policy: InputPolicy) {
  return {
    request_id: record.requestId,
    trace_id: record.traceId,
    id: record.id,
    model: record.model,
    commit: record.commit,
    input: INPUT_POLICIES[policy](record.input),
    label: record.label,
    score: record.score,
    scores: record.scores,
    language: record.language,
    language_confidence: record.languageConfidence,
    tokens: record.tokens,
    unknown_ratio: record.unknownRatio,
    truncated: record.truncated,
    cached: record.cached,
    latency_ms: record.latencyMs,
  };
}

export type PredictionFields = ReturnType<typeof predictionFields>;
