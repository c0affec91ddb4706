/** `tokenizer.json`: vocabulary, pre-processing and settings. */
import { diffArrays } from 'diff';
import { parseJsonSource } from '../../artifacts/json-source.ts';
import type { SourceNode } from '../../artifacts/source-tree.ts';
import { type TokenizerJson, tokensOf } from '../../artifacts/tokenizer-json.ts';
import { type Change, mapChange } from './change.ts';
import { diffValues, type ValueChange } from './values.ts';

export interface TokenizerDiff {
  readonly vocabulary: Change<number> & {
    /** How many tokens only the new vocabulary has, and how many only the old one has. */
    readonly added: number;
    readonly removed: number;
  };
  /** Steps of the pre-processing, in their order, each as JSON; unchanged ones show the position. */
  readonly normalizer: readonly NormalizerStep[];
  /** The rest by key, such as `model.type` and `truncation.max_length`. */
  readonly settings: readonly ValueChange[];
}

export interface NormalizerStep {
  readonly status: 'same' | 'added' | 'removed';
  readonly step: string;
}

/** A version without a tokenizer counts as one with an empty vocabulary and no steps. */
export function diffTokenizers(tokenizers: Change<TokenizerJson>): TokenizerDiff {
  const vocabularies = mapChange(tokenizers, tokensOf);
  const { old: before = [], new: after = [] } = vocabularies;
  return {
    vocabulary: {
      ...mapChange(vocabularies, ({ length }) => length),
      added: countMissing(after, before),
      removed: countMissing(before, after),
    },
    normalizer: diffSteps(mapChange(tokenizers, normalizerSteps)),
    settings: diffValues(mapChange(tokenizers, settingsOf)),
  };
}

function diffSteps({ old: before = [], new: after = [] }: Change<string[]>): NormalizerStep[] {
  return diffArrays(before, after).flatMap(({ added, removed, value }) =>
    value.map((step) => ({ status: added ? 'added' : removed ? 'removed' : 'same', step })),
  );
}

function normalizerSteps({ normalizer }: TokenizerJson): string[] {
  const steps = normalizer && 'normalizers' in normalizer ? normalizer.normalizers : [normalizer];
  return (steps as unknown[]).filter(Boolean).map((step) => JSON.stringify(step));
}

/** Everything but the normalizer, which has its own section, and what is as long as the vocabulary. */
function settingsOf({ normalizer: _, model, ...rest }: TokenizerJson): SourceNode {
  const { vocab: __, merges: ___, ...settings } = model;
  return parseJsonSource(JSON.stringify({ ...rest, model: settings }));
}

/** How many of the tokens are missing from the others. */
function countMissing(tokens: readonly string[], others: readonly string[]): number {
  const known = new Set(others);
  return tokens.filter((token) => !known.has(token)).length;
}
