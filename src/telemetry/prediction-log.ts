/** The log line of an answered prediction. */
import { createHash } from 'node:crypto';
import type { ShadowRecord } from '../serving/observer.ts';
import type { PredictionRecord } from '../serving/prediction-record.ts';
import { cutText } from '../terminal/cut-text.ts';
import { maskText } from './mask.ts';

/** What the log may hold of a text, by the value of LOG_INPUT. */
const INPUT_POLICIES = {
  masked: maskText,
  full: (text: string) => text,
  hash: (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`,
  none: () => undefined,
};

export interface InputLogging {
  readonly logInput: keyof typeof INPUT_POLICIES;
  /** A longer text is cut: its line must not become longer than what collectors of logs take as one. */
  readonly logInputChars: number;
}

function inputFields(text: string, { logInput, logInputChars }: InputLogging) {
  // Cut before, an address could lose what it is recognized by.
  const whole = INPUT_POLICIES[logInput](text);
  const input = whole === undefined ? undefined : cutText(whole, logInputChars);
  return { input, input_cut: input !== whole };
}

/** The fields of a prediction's line after its `event`, in their order. */
export function predictionFields(record: PredictionRecord, logging: InputLogging) {
  return {
    request_id: record.requestId,
    trace_id: record.traceId,
    span_id: record.spanId,
    client: record.client,
    id: record.id,
    model: record.model,
    commit: record.commit,
    ...inputFields(record.input, logging),
    label: record.label,
    score: record.score,
    scores: record.scores,
    language: record.language,
    language_confidence: record.languageConfidence,
    tokens: record.tokens,
    unknown_ratio: record.unknownRatio,
    truncated: record.truncated,
    topic: record.topic,
    cached: record.cached,
    latency_ms: record.latencyMs,
  };
}

export type PredictionFields = ReturnType<typeof predictionFields>;

/** The fields of the line of a candidate's prediction, which no client received. */
export function shadowPredictionFields(record: ShadowRecord, logging: InputLogging) {
  const { primary } = record;
  return {
    request_id: primary.requestId,
    trace_id: primary.traceId,
    id: primary.id,
    model: record.model,
    commit: record.commit,
    ...inputFields(primary.input, logging),
    label: record.label,
    score: record.score,
    scores: record.scores,
    language: primary.language,
    primary_commit: primary.commit,
    primary_label: primary.label,
    primary_score: primary.score,
  };
}
