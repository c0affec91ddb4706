/** The check that a version's tokenizer is read here as the library of its training reads it. */
import { mismatch } from '../errors.ts';
import { ClassifierError } from './errors.ts';
import type { TokenizedText } from './messages.ts';
import type { Tokenize } from './tokenizer/tokenizer.ts';

/**
 * Compares the ids of each text with those that training recorded, if it did.
 *
 * @throws ClassifierError `bad-model` with the text, and the first id that differs.
 */
export function assertGoldenIds(texts: readonly TokenizedText[], tokenize: Tokenize): void {
  for (const { text, ids: expected } of texts) {
    const found = expected ? tokenize(text).ids : [];
    const at = expected ? firstDifference(expected, found) : -1;
    if (expected && at >= 0) {
      const where = `tokenizer.json: ${JSON.stringify(text.slice(0, 40))}: token ${at}`;
      throw new ClassifierError(
        'bad-model',
        `${mismatch(where, expected[at] ?? 'the end', found[at] ?? 'the end')}: the server reads this ` +
          'tokenizer differently from the library that training used',
        { data: { text } },
      );
    }
  }
}

/** @returns -1 where there is none. */
function firstDifference(a: readonly number[], b: readonly number[]): number {
  const [longer, other] = a.length > b.length ? [a, b] : [b, a];
  return longer.findIndex((id, at) => id !== other[at]);
}
