import { describe, expect, test } from 'vitest';
import { readModelConfig } from '../../../src/artifacts/model-config.ts';
import { createTokenizer } from '../../../src/inference/tokenizer/tokenizer.ts';
import { added, BPE, change, UNIGRAM, WORD_LEVEL } from './json.ts';

/** As a version is loaded: a property that the schema leaves out can't be checked. */
function load(json: object) {
  const files = { 'tokenizer.json': json, 'config.json': { id2label: { 0: 'x' } } };
  return readModelConfig(
    new Map(Object.entries(files).map(([path, file]) => [path, Buffer.from(JSON.stringify(file))])),
  );
}

describe('a file that the library reads in another way is refused:', () => {
  const normalizer = (json: object): object => ({ ...WORD_LEVEL, normalizer: json });
  const replace = (Regex: string): object =>
    normalizer({ type: 'Replace', pattern: { Regex }, content: '' });
  const preTokenizer = (json: object): object => ({ ...WORD_LEVEL, pre_tokenizer: json });
  const withAdded = (...tokens: object[]): object => ({ ...WORD_LEVEL, added_tokens: tokens });
  const truncated = (json: object): object => ({
    ...WORD_LEVEL,
    truncation: { max_length: 4, strategy: 'LongestFirst', stride: 0, direction: 'Right', ...json },
    post_processor: { type: 'BertProcessing', sep: ['<unk>', 0], cls: ['<unk>', 0] },
  });
  const template = (piece: unknown): object => ({
    ...WORD_LEVEL,
    post_processor: { type: 'TemplateProcessing', single: [piece], special_tokens: {} },
  });
  test.each<[object, string]>([
    [normalizer({ type: 'Other' }), 'tokenizer.json: normalizer: expected one of BertNormalizer, '],
    [normalizer({ type: 'toString' }), 'found toString'],
    [normalizer({ type: 'BertNormalizer' }), 'BertNormalizer.lowercase: expected a boolean, found'],
    [normalizer({ type: 'Precompiled', precompiled_charsmap: 'AAAA' }), 'precompiled_charsmap'],
    [replace('(?i:a)'), 'Replace.pattern: expected no options'],
    [replace('(?>a)b'), 'Replace.pattern: expected no options'],
    [replace('a++'), 'Replace.pattern: expected no options'],
    [replace('\\p{Han}'), 'expected a general category, Alphabetic, Lowercase or Uppercase, found'],
    [replace('(a'), 'expected a regular expression that JavaScript can run, found (a'],
    [{ ...WORD_LEVEL, pre_tokenizer: { type: 'UnicodeScripts' } }, 'found UnicodeScripts'],
    [
      { ...UNIGRAM, pre_tokenizer: { ...UNIGRAM.pre_tokenizer, prepend_scheme: 'first' } },
      'Metaspace.prepend_scheme: expected always or never, found first',
    ],
    [change(WORD_LEVEL, { unk_token: '[UNK]' }), 'WordLevel.unk_token: expected a token of the'],
    [change(WORD_LEVEL, { unk_token: undefined }), 'WordLevel.unk_token: expected a string'],
    [change(UNIGRAM, { unk_id: null }), 'Unigram.unk_id: expected a number, found null'],
    [change(UNIGRAM, { unk_id: 99 }), 'Unigram.unk_id: expected an id below 6, found 99'],
    [change(BPE, { unk_token: '?' }), 'BPE.unk_token: expected a token of the vocabulary, found ?'],
    [change(BPE, { dropout: 0.1 }), 'BPE.dropout: expected none'],
    [change(BPE, { merges: ['a x'] }), 'BPE.merges: expected tokens of the vocabulary, found x'],
    [
      change(WORD_LEVEL, { type: 'Other' }),
      'tokenizer.json: model: expected one of BPE, Unigram, ',
    ],
    [{ ...WORD_LEVEL, post_processor: { type: 'Other' } }, 'post_processor: expected one of Bert'],
    [{ ...WORD_LEVEL, version: '2.0' }, 'version: expected 1.0, found 2.0'],
    [truncated({ direction: 'Left' }), 'truncation.direction: expected Right, found Left'],
    [
      truncated({ strategy: 'OnlySecond' }),
      'truncation.strategy: expected LongestFirst or OnlyFirst',
    ],
    [truncated({ stride: 2 }), 'truncation.stride: expected a number below 2, found 2'],
    [truncated({ max_length: 2 }), 'expected room for a token of the text beside the special ones'],
    [withAdded(added('day', 1000)), 'added_tokens.id: expected 3 for "day", found 1000'],
    [withAdded(added('day', 3), added('day', 4)), 'added_tokens: expected "day" once, found'],
    [
      {
        ...withAdded(added(' ', 3)),
        normalizer: { type: 'Strip', strip_left: true, strip_right: true },
      },
      'added_tokens.content: expected a text that is not empty if normalized',
    ],
    [withAdded({ id: 3, content: 'day' }), 'added_tokens.single_word: expected a boolean'],
    [
      template({ Sequence: { id: 'A', type_id: 1 } }),
      'TemplateProcessing.single: expected type_id 0',
    ],
    [template({ Sequence: { id: 'B', type_id: 0 } }), 'around the sequence A, found'],
    [template('$A'), 'around the sequence A, found'],
    [
      {
        ...WORD_LEVEL,
        post_processor: { type: 'TemplateProcessing', single: [], special_tokens: null },
      },
      'TemplateProcessing.single: expected special tokens, each in special_tokens',
    ],
    [change(BPE, { merges: ['a b c'] }), 'BPE.merges: expected pairs of tokens'],
    [change(BPE, { merges: [['a', 'b', 'c']] }), 'BPE.merges: expected pairs of tokens'],
    [change(BPE, { merges: ['a b', ['ab', 'c']] }), 'BPE.merges: expected pairs of tokens'],
    [preTokenizer({ type: 'Metaspace', replacement: '__' }), 'Metaspace.replacement: expected one'],
    [
      preTokenizer({ type: 'Metaspace', replacement: '_', add_prefix_space: false }),
      'Metaspace.prepend_scheme: expected never without add_prefix_space, found always',
    ],
    [
      preTokenizer({ type: 'CharDelimiterSplit', delimiter: '' }),
      'delimiter: expected one character',
    ],
    [
      preTokenizer({ type: 'FixedLength', length: 0 }),
      'FixedLength.length: expected a whole number',
    ],
    [
      preTokenizer({ type: 'Split', pattern: { String: 'a', Regex: 'b' }, behavior: 'Removed' }),
      'Split.pattern: expected {"String": …} or {"Regex": …}',
    ],
    [replace('\\u{61}'), 'Replace.pattern: expected no options'],
  ])('%j', (json, message) => {
    expect(() => createTokenizer(load(json))).toThrow(
      expect.objectContaining({ code: 'bad-model', message: expect.stringContaining(message) }),
    );
  });
});
