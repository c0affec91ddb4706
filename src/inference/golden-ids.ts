/** The check that a version's tokenizer is read here as the library of its training reads it. */
import type { ModelConfig } from '../artifacts/model-config.ts';
import { mismatch } from '../errors.ts';
import { ClassifierError } from './errors.ts';
import { createTokenizer } from './tokenizer/tokenizer.ts';

/**
 * Compares the ids of each text with those that training recorded, if it did.
 *
 * @throws ClassifierError `bad-model` with the text, and the first id that differs.
 */
export function assertGoldenIds(
  texts: readonly { readonly text: string; readonly ids?: readonly number[] | undefined }[],
  config: ModelConfig,
): void {
  if (texts.every(({ ids }) => ids === undefined)) {
    return;
  }
  const tokenize = createTokenizer(config);
  for (const { text, ids: expected } of texts) {
    const found = tokenize(text).ids;
    if (
      expected &&
      (expected.length !== found.length || expected.some((id, at) => id !== found[at]))
    ) {
      const at = found.findIndex((id, index) => id !== expected[index]);
      const position = at < 0 ? found.length : at;
      throw new ClassifierError(
        'bad-model',
        `${mismatch(
          `tokenizer.json: ${JSON.stringify(text.slice(0, 40))}: token ${position}`,
          expected[position] ?? 'the end',
          found[position] ?? 'the end',
        )}: the server reads this tokenizer differently from the library that training used`,
        { data: { text } },
      );
    }
  }
}
