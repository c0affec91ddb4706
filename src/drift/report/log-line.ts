/** A line of the log → the prediction in it. */
import { parseObject } from '../../logs/entry.ts';
import type { Observation } from '../profile.ts';

export interface LoggedPrediction extends Observation {
  /** ISO 8601 in UTC, so that timestamps can be compared as text; empty where it is not known. */
  readonly timestamp: string;
  /** Undefined where the line does not name it. */
  readonly model: string | undefined;
  readonly commit: string;
  readonly id: string;
  /** The text in the form that LOG_INPUT sets; undefined where it is `none`. */
  readonly input: string | undefined;
}

export type Line =
  | { readonly kind: 'prediction'; readonly prediction: LoggedPrediction }
  /** A prediction in which a field is missing or has the wrong type. */
  | { readonly kind: 'unreadable' }
  /** Another event of the log, such as `ready`. */
  | { readonly kind: 'event' }
  /** Not a line of the log. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'blank' };

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

export function readLine(line: string): Line {
  const fields = parseObject(line)?.fields;
  if (!fields) {
    return { kind: line.trim() === '' ? 'blank' : 'foreign' };
  }
  if (fields.event !== 'prediction') {
    return { kind: typeof fields.event === 'string' ? 'event' : 'foreign' };
  }
  const { timestamp } = fields;
  const prediction =
    isText(timestamp) && isTime(timestamp) ? predictionOf(fields, timestamp) : undefined;
  return prediction ? { kind: 'prediction', prediction } : { kind: 'unreadable' };
}

/** @returns undefined where a field is missing or has the wrong type. */
export function predictionOf(
  fields: Readonly<Record<string, unknown>>,
  timestamp: string,
): LoggedPrediction | undefined {
  const { model, commit, id, input, language, label, score, tokens, unknown_ratio, topic } = fields;
  return isText(commit) &&
    COMMIT.test(commit) &&
    isText(language) &&
    isText(label) &&
    isNumber(score) &&
    isNumber(tokens) &&
    isNumber(unknown_ratio)
    ? {
        timestamp,
        model: isText(model) && model !== '' ? model : undefined,
        commit,
        id: isText(id) ? id : '',
        input: isText(input) ? input : undefined,
        language,
        label,
        score,
        tokens,
        unknownRatio: unknown_ratio,
        topic: isNumber(topic) ? topic : undefined,
      }
    : undefined;
}

/** Not the 30th of February. */
function isTime(timestamp: string): boolean {
  const time = TIMESTAMP.test(timestamp) ? new Date(timestamp) : undefined;
  return time !== undefined && !Number.isNaN(time.valueOf()) && time.toISOString() === timestamp;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}
