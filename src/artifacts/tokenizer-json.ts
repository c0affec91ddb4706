/** `tokenizer.json`: how text becomes tokens. Source: Hugging Face tokenizers, its serialised form. */
import { z } from 'zod';

/** Ids by token; for Unigram, a list of tokens with their scores. */
export type Vocabulary =
  | Readonly<Record<string, number>>
  | readonly (readonly [token: string, score: number])[];

const stepSchema = z.looseObject({ type: z.string() });

/** What the server and `models diff` read; the rest is the tokenizer library's. */
export const tokenizerSchema = z.looseObject({
  model: z.looseObject({
    type: z.string().optional(),
    unk_id: z.int().nullish(),
    // Not a schema of zod's, which would copy a vocabulary of 250,000 tokens at each start.
    vocab: z.custom<Vocabulary>(
      isVocabulary,
      'expected an object of ids by token, or an array of [token, score]',
    ),
  }),
  normalizer: z
    .union([
      z.looseObject({ type: z.literal('Sequence'), normalizers: z.array(stepSchema) }),
      stepSchema,
    ])
    .nullish(),
  truncation: z.looseObject({ max_length: z.int().positive() }).nullish(),
  padding: z.looseObject({ pad_id: z.int().min(0) }).nullish(),
});

export type TokenizerJson = z.infer<typeof tokenizerSchema>;

function isVocabulary(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.every(
      (entry) =>
        Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1] === 'number',
    );
  }
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((id) => typeof id === 'number')
  );
}

export function tokensOf({ model: { vocab } }: TokenizerJson): readonly string[] {
  return Array.isArray(vocab)
    ? vocab.map(([token]: readonly [string, number]) => token)
    : Object.keys(vocab);
}
