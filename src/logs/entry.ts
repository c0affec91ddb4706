/** A line of the log → an entry. */

/** An answered prediction. A number that the line does not have is NaN. */
export interface PredictionEntry {
  readonly kind: 'prediction';
  /** The line as it was written, from its first brace on. */
  readonly line: string;
  readonly timestamp: string;
  readonly id: string;
  readonly commit: string;
  readonly language: string;
  readonly label: string;
  readonly score: number;
  readonly latencyMs: number;
  /** The text in the form that LOG_INPUT sets; undefined where it is `none`. */
  readonly input: string | undefined;
  /** The log has only the beginning of the text. */
  readonly isCut: boolean;
}

/** Any other event of the server: `ready`, `error`, … */
export interface EventEntry {
  readonly kind: 'event';
  readonly line: string;
  readonly timestamp: string;
  readonly event: string;
  readonly level: string;
  /** All other fields. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export type Entry = PredictionEntry | EventEntry;

/**
 * The JSON object of a line. What is before the first brace is skipped: `docker compose logs` and
 * `kubectl logs --prefix` write the container's name there.
 */
export function parseObject(
  line: string,
): { readonly json: string; readonly fields: Readonly<Record<string, unknown>> } | undefined {
  const start = line.indexOf('{');
  if (start < 0) {
    return undefined;
  }
  const json = start === 0 ? line : line.slice(start);
  try {
    return { json, fields: JSON.parse(json) };
  } catch {
    return undefined;
  }
}

/** @returns undefined where the line is not from the log, such as npm's output in a pipe. */
export function parseEntry(line: string): Entry | undefined {
  const object = parseObject(line);
  if (!object) {
    return undefined;
  }
  const { json, fields } = object;
  if (fields.event === 'prediction') {
    return {
      kind: 'prediction',
      line: json,
      timestamp: text(fields.timestamp),
      id: text(fields.id),
      commit: text(fields.commit),
      language: text(fields.language),
      label: text(fields.label),
      score: number(fields.score),
      latencyMs: number(fields.latency_ms),
      input: typeof fields.input === 'string' ? fields.input : undefined,
      isCut: fields.input_cut === true,
    };
  }
  const { timestamp, event, level, ...rest } = fields;
  return typeof event === 'string'
    ? {
        kind: 'event',
        line: json,
        timestamp: text(timestamp),
        event,
        level: text(level),
        fields: rest,
      }
    : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}
