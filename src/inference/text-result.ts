/** What the model and the language identifier return for one text. */
import type { IdentifiedLanguage } from './language.ts';
import type { BatchResult } from './messages.ts';

export interface TextResult {
  /** `[labels]` */
  readonly logits: Float32Array;
  /** Tokens that the model received, special ones included. */
  readonly tokens: number;
  /** How many of them are the unknown token. */
  readonly unknown: number;
  readonly truncated: boolean;
  /** As in `BatchResult`, of this text. */
  readonly projections: Float64Array;
  readonly language: IdentifiedLanguage;
}

/** Splits the arrays of a batch into one result for each text. */
export function splitBatchResult(
  { logits, tokens, unknown, truncated, projections }: BatchResult,
  languages: readonly IdentifiedLanguage[],
): TextResult[] {
  const labels = logits.length / tokens.length;
  const planes = projections.length / tokens.length;
  return Array.from(tokens, (count, row) => ({
    logits: logits.subarray(row * labels, (row + 1) * labels),
    tokens: count,
    unknown: unknown[row] as number,
    truncated: truncated[row] === 1,
    projections: projections.subarray(row * planes, (row + 1) * planes),
    language: languages[row] as IdentifiedLanguage,
  }));
}
