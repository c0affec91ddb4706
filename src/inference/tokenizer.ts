/** Text → token ids, the same as the Rust library `tokenizers` computes from the same `tokenizer.json`. */
import { Tokenizer } from '@huggingface/tokenizers';
import { LRUCache } from 'lru-cache';
import type { ModelConfig } from '../artifacts/model-config.ts';

export interface Encoding {
  /** Token ids with special tokens, not more than the window. */
  readonly ids: readonly number[];
  /** How many of the ids are the unknown token. */
  readonly unknown: number;
  /** True if the text had more tokens than the window. */
  readonly truncated: boolean;
}

/** The part of the library that is used here; its own types do not resolve under `nodenext`. */
interface HuggingFaceTokenizer {
  encode(text: string, options?: { add_special_tokens: boolean }): { ids: number[] };
  token_to_id(token: string): number | undefined;
  /** Splits words into tokens, each word separately. */
  readonly model: { encode(words: readonly string[]): string[] };
}

/** The size of the library's own cache, which it has for BPE only. */
const MAX_MEMOIZED_WORDS = 10_000;
/** UTF-16 code units. Longer words hardly repeat, and a client could fill the memory with them. */
const MAX_MEMOIZED_LENGTH = 32;

export type Tokenize = (text: string) => Encoding;

/**
 * Creates a tokenizer that truncates, which `@huggingface/tokenizers` leaves to its caller: tokens of the
 * text are dropped at its end, special ones stay (`truncation.direction: Right`, `LongestFirst`).
 */
export function createTokenizer({
  tokenizer: json,
  window,
}: Pick<ModelConfig, 'tokenizer' | 'window'>): Tokenize {
  const tokenizer: HuggingFaceTokenizer = new Tokenizer(json as object, {});
  memoizeWords(tokenizer);
  const unkToken = json.model.unk_token;
  const unknownId =
    json.model.unk_id ??
    (typeof unkToken === 'string' ? tokenizer.token_to_id(unkToken) : undefined);
  const special = findSpecialTokens(tokenizer);
  const maxTokens = window - special.before.length - special.after.length;

  return (text) => {
    // A lone surrogate can't be encoded in UTF-8, so Rust and Python never receive one.
    const { ids } = tokenizer.encode(text.toWellFormed(), { add_special_tokens: false });
    const kept = ids.length > maxTokens ? ids.slice(0, maxTokens) : ids;
    return {
      ids: [...special.before, ...kept, ...special.after],
      unknown: kept.reduce((count, id) => (id === unknownId ? count + 1 : count), 0),
      truncated: ids.length > maxTokens,
    };
  };
}

/** Words repeat: the tokens of each are computed once. */
function memoizeWords({ model }: HuggingFaceTokenizer): void {
  const encode = model.encode.bind(model);
  const memoized = new LRUCache<string, readonly string[]>({ max: MAX_MEMOIZED_WORDS });
  model.encode = (words) =>
    words.flatMap((word) => {
      const known = memoized.get(word);
      if (known) {
        return known;
      }
      const pieces = encode([word]);
      if (word.length <= MAX_MEMOIZED_LENGTH) {
        memoized.set(word, pieces);
      }
      return pieces;
    });
}

/** The ids that the post-processor adds around a text: `[CLS] … [SEP]`, `<s> … </s>`. */
function findSpecialTokens(tokenizer: HuggingFaceTokenizer): { before: number[]; after: number[] } {
  const bare = tokenizer.encode('a', { add_special_tokens: false }).ids;
  const framed = tokenizer.encode('a').ids;
  const start = framed.findIndex((_, at) => bare.every((id, i) => framed[at + i] === id));
  return { before: framed.slice(0, start), after: framed.slice(start + bare.length) };
}
