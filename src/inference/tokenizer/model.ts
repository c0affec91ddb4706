/** `model` of tokenizer.json: the tokens of a word. */
import { createBpe } from './bpe.ts';
import {
  type Component,
  create,
  type Factories,
  read,
  readList,
  unsupported,
} from './component.ts';
import type { TokenizeWord } from './memoize-words.ts';
import { createUnigram } from './unigram.ts';
import { createWordPiece } from './word-piece.ts';

export interface Model {
  readonly tokenizeWord: TokenizeWord;
  /** The tokens' ids; added tokens may have others. */
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly unknownId: number | undefined;
}

const MODELS: Factories<Model> = {
  BPE: createBpeModel,
  Unigram: createUnigramModel,
  WordLevel: createWordLevelModel,
  WordPiece: createWordPieceModel,
};

/** @throws ClassifierError `bad-model` for a model, or a property of one, that is not supported. */
export function createModel(json: Component): Model {
  return create('model', MODELS, { ...json, type: json.type ?? guessType(json) });
}

/** Old files have no type. */
function guessType({ vocab, merges, continuing_subword_prefix: prefix }: Component): string {
  if (Array.isArray(vocab)) {
    return 'Unigram';
  }
  return merges === undefined ? (prefix === undefined ? 'WordLevel' : 'WordPiece') : 'BPE';
}

function createWordPieceModel(json: Component): Model {
  const vocabulary = readVocabulary(json);
  const unknownId = readUnknown(json, vocabulary);
  const tokenizeWord = createWordPiece({
    vocabulary,
    unknownId,
    continuingPrefix: read(json, 'continuing_subword_prefix', 'string'),
    maxCharacters: read(json, 'max_input_chars_per_word', 'number'),
  });
  return { tokenizeWord, vocabulary, unknownId };
}

function createWordLevelModel(json: Component): Model {
  const vocabulary = readVocabulary(json);
  const unknownId = readUnknown(json, vocabulary);
  return { tokenizeWord: (word) => [vocabulary.get(word) ?? unknownId], vocabulary, unknownId };
}

function createUnigramModel(json: Component): Model {
  const tokens = readList(json, 'vocab') as readonly (readonly [token: string, score: number])[];
  const unknownId = read(json, 'unk_id', 'number');
  if (!tokens[unknownId]) {
    throw unsupported('Unigram.unk_id', `an id below ${tokens.length}`, unknownId);
  }
  const vocabulary = new Map(tokens.map(([token], id) => [token, id]));
  const tokenizeWord = createUnigram({
    vocabulary,
    scores: Float64Array.from(tokens, ([, score]) => score),
    unknownId,
    hasByteFallback: read(json, 'byte_fallback', 'boolean', false),
  });
  return { tokenizeWord, vocabulary, unknownId };
}

function createBpeModel(json: Component): Model {
  const vocabulary = readVocabulary(json);
  const unknownId = typeof json.unk_token === 'string' ? readUnknown(json, vocabulary) : undefined;
  if (read(json, 'dropout', 'number', 0) !== 0) {
    throw unsupported('BPE.dropout', 'none: with it, each encoding is another one', json.dropout);
  }
  const merges = readMerges(json);
  try {
    const tokenizeWord = createBpe({
      vocabulary,
      unknownId,
      merges,
      fusesUnknown: read(json, 'fuse_unk', 'boolean', false),
      hasByteFallback: read(json, 'byte_fallback', 'boolean', false),
      ignoresMerges: read(json, 'ignore_merges', 'boolean', false),
      continuingPrefix: read(json, 'continuing_subword_prefix', 'string', ''),
      endSuffix: read(json, 'end_of_word_suffix', 'string', ''),
    });
    return { tokenizeWord, vocabulary, unknownId };
  } catch (error) {
    throw error instanceof RangeError
      ? unsupported('BPE.merges', 'tokens of the vocabulary', error.message)
      : error;
  }
}

/** All are `"a b"`, or all are `["a", "b"]`. */
function readMerges(json: Component): readonly (readonly [left: string, right: string])[] {
  const merges = readList(json, 'merges');
  const form = typeof merges[0];
  return merges.map((merge) => {
    const pair: unknown = typeof merge === 'string' ? merge.split(' ') : merge;
    const isPair =
      Array.isArray(pair) && pair.length === 2 && pair.every((token) => typeof token === 'string');
    if (!isPair || typeof merge !== form) {
      throw unsupported('BPE.merges', 'pairs of tokens, all "a b" or all ["a", "b"]', merge);
    }
    return pair as [string, string];
  });
}

function readVocabulary({ type, vocab }: Component): ReadonlyMap<string, number> {
  if (typeof vocab !== 'object' || vocab === null || Array.isArray(vocab)) {
    throw unsupported(`${type}.vocab`, 'an object of ids', vocab);
  }
  return new Map(Object.entries(vocab as Record<string, number>));
}

/** Without the unknown token, a word that is not in the vocabulary would have no id. */
function readUnknown(json: Component, vocabulary: ReadonlyMap<string, number>): number {
  const token = read(json, 'unk_token', 'string');
  const id = vocabulary.get(token);
  if (id === undefined) {
    throw unsupported(`${json.type}.unk_token`, 'a token of the vocabulary', token);
  }
  return id;
}
