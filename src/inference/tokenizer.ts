/** Text → token ids, as the Rust library `tokenizers` would give them for the same `tokenizer.json`. */
import { Tokenizer } from '@huggingface/tokenizers';
import { LRUCache } from 'lru-cache';
import type { ModelConfig } from '../artifacts/model-config.ts';

export interface Encoding {
  /** Token ids with special tokens, at most the window. */
  readonly ids: readonly number[];
  /** How many of the ids are the unknown token. */
  readonly unknown: number;
  /** True where the text had more tokens than the window holds. */
  readonly truncated: boolean;
}

/** The part of the library that is used here; its own types don't resolve under `nodenext`. */
interface HuggingFaceTokenizer {
  encode(text: string, options?: { add_special_tokens: boolean }): { ids: number[] };
  token_to_id(token: string): number | undefined;
  /** Cuts words into pieces, each word by itself. */
  readonly model: { encode(words: readonly string[]): string[] };
}

/** As many as the library remembers for BPE, the only model for which it does so itself. */
const MAX_MEMOIZED_WORDS = 10_000;
/** UTF-16 code units: longer words hardly come again, and whoever sends them could fill memory. */
const MAX_MEMOIZED_LENGTH = 32;

export type Tokenize = (text: string) => Encoding;

/**
 * A tokenizer with truncation, which `@huggingface/tokenizers` leaves to its caller: the text's own
 * tokens are cut at the end, the special ones stay (`truncation.direction: Right`, `LongestFirst`).
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
  const frame = specialTokens(tokenizer);
  const room = window - frame.before.length - frame.after.length;

  return (text) => {
    // A lone surrogate is no text in UTF-8; Rust and Python never see one.
    const { ids } = tokenizer.encode(text.toWellFormed(), { add_special_tokens: false });
    const kept = ids.length > room ? ids.slice(0, room) : ids;
    return {
      ids: [...frame.before, ...kept, ...frame.after],
      unknown: kept.reduce((count, id) => (id === unknownId ? count + 1 : count), 0),
      truncated: ids.length > room,
    };
  };
}

/** Words come again: their pieces are looked for once. */
function memoizeWords({ model }: HuggingFaceTokenizer): void {
  const encode = model.encode.bind(model);
  const remembered = new LRUCache<string, readonly string[]>({ max: MAX_MEMOIZED_WORDS });
  model.encode = (words) =>
    words.flatMap((word) => {
      const known = remembered.get(word);
      if (known) {
        return known;
      }
      const pieces = encode([word]);
      if (word.length <= MAX_MEMOIZED_LENGTH) {
        remembered.set(word, pieces);
      }
      return pieces;
    });
}

/** The ids that the post-processor puts around a text: `[CLS] … [SEP]`, `<s> … </s>`. */
function specialTokens(tokenizer: HuggingFaceTokenizer): { before: number[]; after: number[] } {
  const bare = tokenizer.encode('a', { add_special_tokens: false }).ids;
  const framed = tokenizer.encode('a').ids;
  const start = framed.findIndex((_, at) => bare.every((id, i) => framed[at + i] === id));
  return { before: framed.slice(0, start), after: framed.slice(start + bare.length) };
}
