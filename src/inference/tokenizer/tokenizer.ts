/**
 * Text → token ids: those that the Rust library `tokenizers` computes from the same `tokenizer.json`, on all
 * of Unicode (docs/decisions/0013-tokenizers.md).
 */
import type { ModelConfig } from '../../artifacts/model-config.ts';
import { createAddedTokens } from './added-tokens.ts';
import { type Component, unsupported } from './component.ts';
import { memoizeWords } from './memoize-words.ts';
import { createModel } from './model.ts';
import { createNormalizer } from './normalizer.ts';
import { createPreTokenizer } from './pre-tokenizer.ts';
import { readSpecialTokens } from './special-tokens.ts';

export interface Encoding {
  /** Token ids with special tokens, not more than the window. */
  readonly ids: readonly number[];
  /** How many of the ids are the unknown token. */
  readonly unknown: number;
  /** True if the text had more tokens than the window. */
  readonly truncated: boolean;
}

export type Tokenize = (text: string) => Encoding;

/**
 * Creates a tokenizer. It truncates as the library does: tokens of the text are dropped at its end, special
 * ones stay. Words that can't have a token within the window are not divided into tokens.
 *
 * @throws ClassifierError `bad-model` if the library would compute other ids, or refuse the file.
 */
export function createTokenizer({
  tokenizer: json,
  window,
}: Pick<ModelConfig, 'tokenizer' | 'window'>): Tokenize {
  const { normalizer, pre_tokenizer: preTokenizer, post_processor: postProcessor } = json;
  assertVersion(json);
  const normalize = normalizer ? createNormalizer(normalizer) : (text: string) => text;
  const preTokenize = preTokenizer ? createPreTokenizer(preTokenizer) : (text: string) => [text];
  const model = createModel(json.model);
  const tokenizeWord = memoizeWords(model.tokenizeWord);
  const added = createAddedTokens(
    (json.added_tokens ?? []) as readonly Component[],
    model.vocabulary,
    normalize,
  );
  const { before, after } = readSpecialTokens(postProcessor);
  const maxTokens = window - before.length - after.length;
  assertTruncation(json.truncation as Component | null | undefined, maxTokens);

  /** @returns ids of a text; if there are more than `maxTokens`, not all of them. */
  const encode = (text: string): number[] => {
    const ids: number[] = [];
    const addWords = (normalized: string): void => {
      for (const word of normalized === '' ? [] : preTokenize(normalized)) {
        if (ids.length > maxTokens) {
          return;
        }
        ids.push(...tokenizeWord(word));
      }
    };
    for (const original of added.splitOriginal(text)) {
      if (ids.length > maxTokens) {
        break;
      }
      if ('id' in original) {
        ids.push(original.id);
        continue;
      }
      for (const section of added.splitNormalized(normalize(original.text))) {
        if ('id' in section) {
          ids.push(section.id);
        } else {
          addWords(section.text);
        }
      }
    }
    return ids;
  };

  return (text) => {
    // A lone surrogate can't be encoded in UTF-8, so Rust and Python never receive one.
    const ids = encode(text.toWellFormed());
    const kept = ids.slice(0, maxTokens);
    return {
      ids: [...before, ...kept, ...after],
      unknown: kept.reduce((count, id) => (id === model.unknownId ? count + 1 : count), 0),
      truncated: ids.length > maxTokens,
    };
  };
}

function assertVersion({ version }: Component): void {
  if (version !== undefined && version !== '1.0') {
    throw unsupported('version', '1.0', version);
  }
}

/** @param maxTokens tokens of a text that there is room for between the special ones. */
function assertTruncation(truncation: Component | null | undefined, maxTokens: number): void {
  if (maxTokens < 1) {
    throw unsupported(
      'truncation.max_length',
      'room for a token of the text beside the special ones',
      `room for ${maxTokens}`,
    );
  }
  const { direction = 'Right', strategy = 'LongestFirst', stride = 0 } = truncation ?? {};
  if (direction !== 'Right') {
    throw unsupported('truncation.direction', 'Right', direction);
  }
  // The other one truncates the second of two texts.
  if (strategy !== 'LongestFirst' && strategy !== 'OnlyFirst') {
    throw unsupported('truncation.strategy', 'LongestFirst or OnlyFirst', strategy);
  }
  // The library truncates no text if a part would repeat the whole one before.
  if (typeof stride !== 'number' || !(stride >= 0 && stride < maxTokens)) {
    throw unsupported('truncation.stride', `a number below ${maxTokens}`, stride);
  }
}
