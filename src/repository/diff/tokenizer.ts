/** `tokenizer.json`: how text becomes tokens. Source: Hugging Face tokenizers, its serialised form. */
import { diffArrays } from 'diff';
import { z } from 'zod';
import { parseJsonSource } from '../../artifacts/json-source.ts';
import { formatCount, MARKS, marked, type Paint } from '../../commands/models/diff-lines.ts';
import { ModelError } from '../../version/errors.ts';
import { type Change, mapChange } from './change.ts';
import { diffValues, formatValues, type ValueChange } from './values.ts';

const stepSchema = z.looseObject({ type: z.string() });

const tokenizerSchema = z.looseObject({
  model: z.looseObject({
    // A map to ids, or for Unigram a list of pieces with their scores.
    vocab: z.union([z.record(z.string(), z.number()), z.array(z.tuple([z.string(), z.number()]))]),
  }),
  normalizer: z
    .union([
      z.looseObject({ type: z.literal('Sequence'), normalizers: z.array(stepSchema) }),
      stepSchema,
    ])
    .nullish(),
});

export type Tokenizer = z.infer<typeof tokenizerSchema>;

export interface TokenizerDiff {
  readonly vocabulary: Change<number> & {
    /** How many of the new tokens the old vocabulary does not have, and the reverse. */
    readonly added: number;
    readonly removed: number;
  };
  /** Steps of the pre-processing, in their order, each as JSON; `same` ones tell where. */
  readonly normalizer: readonly NormalizerStep[];
  /** The rest by key, such as `model.type` and `truncation.max_length`. */
  readonly settings: readonly ValueChange[];
}

export interface NormalizerStep {
  readonly status: 'same' | 'added' | 'removed';
  readonly step: string;
}

/** What each has that the other has not; a tokenizer that is not there has nothing. */
export function diffTokenizers(tokenizers: Change<Tokenizer>): TokenizerDiff {
  const vocabularies = mapChange(tokenizers, ({ model: { vocab } }) =>
    Array.isArray(vocab) ? vocab.map(([token]) => token) : Object.keys(vocab),
  );
  const { old: before = [], new: after = [] } = vocabularies;
  const steps = mapChange(tokenizers, normalizerSteps);
  return {
    vocabulary: {
      ...mapChange(vocabularies, ({ length }) => length),
      added: countMissing(after, before),
      removed: countMissing(before, after),
    },
    normalizer: diffArrays(steps.old ?? [], steps.new ?? []).flatMap(({ added, removed, value }) =>
      value.map((step) => ({ status: added ? 'added' : removed ? 'removed' : 'same', step })),
    ),
    settings: diffValues(mapChange(tokenizers, settings)),
  };
}

/** @throws ModelError `unfit` where it is no tokenizer. */
export function parseTokenizer(json: unknown, origin: string): Tokenizer {
  const parsed = tokenizerSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ModelError('unfit', `${origin}: ${issue?.path.join('.')}: ${issue?.message}`);
  }
  return parsed.data;
}

function normalizerSteps({ normalizer }: Tokenizer): string[] {
  const steps = normalizer && 'normalizers' in normalizer ? normalizer.normalizers : [normalizer];
  return (steps as unknown[]).filter(Boolean).map((step) => JSON.stringify(step));
}

/** Without what is told elsewhere, and without what is as long as the vocabulary. */
function settings({
  normalizer: _,
  model,
  ...rest
}: Tokenizer): ReturnType<typeof parseJsonSource> {
  const { vocab: __, merges: ___, ...others } = model;
  return parseJsonSource(JSON.stringify({ ...rest, model: others }));
}

/** How many of the tokens the others don't have. */
function countMissing(tokens: readonly string[], others: readonly string[]): number {
  const known = new Set(others);
  return tokens.filter((token) => !known.has(token)).length;
}

/** A line for each change, for a terminal. */
export function formatTokenizer(tokenizer: TokenizerDiff | undefined, paint: Paint): string[] {
  if (!tokenizer) {
    return [];
  }
  const { vocabulary, normalizer, settings } = tokenizer;
  const { added, removed } = vocabulary;
  const steps = normalizer.some(({ status }) => status !== 'same') ? normalizer : [];
  return [
    `  vocabulary ${formatCount(vocabulary)}, ${added.toLocaleString('en')} added, ` +
      `${removed.toLocaleString('en')} removed`,
    ...formatValues(settings, paint),
    ...steps.map(({ status, step }) =>
      status === 'same' ? paint('dim', `    ${step}`) : `  ${marked(MARKS[status], step, paint)}`,
    ),
  ];
}
