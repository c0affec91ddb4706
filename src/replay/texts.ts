/** The text of a logged prediction, where the log or a file of texts has it. */
import type { LoggedPrediction } from './read-line.ts';
import type { TextFile } from './text-file.ts';

/** Why a prediction can't be replayed: what its line has instead of the text. */
export const MISSING_REASONS = ['none', 'cut', 'masked', 'hash', 'unknown-hash'] as const;
export type MissingReason = (typeof MISSING_REASONS)[number];

export type FoundText = { readonly text: string } | { readonly missing: MissingReason };

const HASH = /^sha256:([0-9a-f]{64})$/;

/** What masking writes in a text, and no longer name or link; each text that it changes has one of them. */
const PLACEHOLDER = /@user(?![\p{L}\p{M}\p{N}_])|http(?!s?:\/\/)|<email>|<phone>/u;
/** Those that no training data have. */
const OWN_PLACEHOLDER = /<email>|<phone>/;

/**
 * @param prediction `input` as the log has it, and whether that is only the beginning of the text.
 * @param logInput the LOG_INPUT of the server, where the log names it. Without it, a masked text is
 * recognized only by placeholders that people do not write.
 * @param texts where hashed texts are looked up.
 */
export async function findText(
  { input, isCut }: Pick<LoggedPrediction, 'input' | 'isCut'>,
  logInput: string | undefined,
  texts: TextFile | undefined,
): Promise<FoundText> {
  if (input === undefined || input.trim() === '') {
    return { missing: 'none' };
  }
  if (isCut) {
    return { missing: 'cut' };
  }
  const hash = logInput === 'full' ? undefined : HASH.exec(input)?.[1];
  if (hash !== undefined) {
    const text = await texts?.find(hash);
    return text === undefined
      ? { missing: texts === undefined ? 'hash' : 'unknown-hash' }
      : { text };
  }
  return isMasked(input, logInput) ? { missing: 'masked' } : { text: input };
}

function isMasked(input: string, logInput: string | undefined): boolean {
  if (logInput === undefined) {
    return OWN_PLACEHOLDER.test(input);
  }
  return logInput === 'masked' && PLACEHOLDER.test(input);
}

/** Whether a text of a log that does not name its LOG_INPUT may have been another one before masking. */
export function mayBeMasked(text: string, logInput: string | undefined): boolean {
  return logInput === undefined && PLACEHOLDER.test(text);
}
