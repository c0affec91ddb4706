/** What a text will cost, estimated before it is tokenized. */

/** Longer texts all fill the window of most models. */
const MAX_SCANNED_CHARS = 1_000;

/** Words, and single characters that are neither letter nor digit. */
const PIECES = /[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu;
/** Letters of scripts other than Latin: a token has few of them. */
const OTHER_SCRIPTS = /[\u0370-\u1fff\u3040-\ud7ff\uf900-\ufeff]/g;

// Fitted to tweets of nine languages: docs/decisions/0009-batching-and-sessions.md.
const SPECIAL_TOKENS = 2;
const TOKENS_PER_CHAR = 0.125;
const TOKENS_PER_PIECE = 0.55;
const TOKENS_PER_OTHER_LETTER = 0.55;

/**
 * The cost of a text is its number of tokens, but at least this one. The capacity of a queue is stated as a
 * number of texts that cost so much: a text of four times as many tokens takes the room of four.
 */
export const COST_PER_TEXT = 32;

/** Estimates the number of tokens of a text, special ones included. */
export function estimateTokens(text: string): number {
  const start = text.slice(0, MAX_SCANNED_CHARS);
  const pieces = start.match(PIECES)?.length ?? 0;
  const others = start.match(OTHER_SCRIPTS)?.length ?? 0;
  return (
    SPECIAL_TOKENS +
    TOKENS_PER_CHAR * (start.length - others) +
    TOKENS_PER_PIECE * pieces +
    TOKENS_PER_OTHER_LETTER * others
  );
}

/** @returns the cost of a text with so many tokens: a whole number, so that sums are exact. */
export function costOf(tokens: number): number {
  return Math.max(COST_PER_TEXT, Math.round(tokens));
}
