import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeTexts } from '../../../bench/texts.mjs';
import type { TokenizerJson } from '../../../src/artifacts/tokenizer-json.ts';
import { createTokenizer } from '../../../src/inference/tokenizer/tokenizer.ts';
import { MULTILINGUAL, PINNED } from '../../support/pinned.ts';
import { added, BPE, change, UNIGRAM, WORD_LEVEL } from './json.ts';
import { probeJson, probes, shippedTokenizer, shippedTokenizerJson } from './probes.ts';

function create(json: object, window = Number.POSITIVE_INFINITY) {
  return createTokenizer({ tokenizer: json as TokenizerJson, window });
}

describe('a text', () => {
  test.each<[string, object, string, number[]]>([
    ['WordLevel: a word that is not known', WORD_LEVEL, 'good night, morning', [1, 0, 0, 2]],
    ['WordLevel: no word', WORD_LEVEL, ' ', []],
    ['BPE: the best pair first, the leftmost first', BPE, 'abc bc ababc', [4, 6, 3, 4]],
    ['BPE: unknown characters are left out', BPE, 'axb ☃', [3]],
    ['BPE: unknown characters', change(BPE, { unk_token: '<unk>' }), 'axyb', [0, 5, 5, 1]],
    [
      'BPE: unknown characters as one',
      change(BPE, { unk_token: '<unk>', fuse_unk: true }),
      'axyb',
      [0, 5, 1],
    ],
    ['BPE: a word that is a token', change(BPE, { ignore_merges: true, merges: [] }), 'abc', [4]],
    ['Unigram: the highest score, of equal ones the longest', UNIGRAM, 'ab  abab', [4, 1, 4, 2, 3]],
    ['Unigram: unknown characters as one', UNIGRAM, 'xya', [1, 0, 2]],
  ])('%s', (_, json, text, ids) => {
    const tokenize = create(json);
    expect(tokenize(text).ids).toEqual(ids);
    // Words are remembered.
    expect(tokenize(text).ids).toEqual(ids);
  });

  test('has added tokens, where they may be', () => {
    const tokenize = create({
      ...WORD_LEVEL,
      normalizer: { type: 'Lowercase' },
      added_tokens: [
        added('<s>', 3, { special: true, normalized: false, lstrip: true, rstrip: true }),
        added('NEW', 4),
        added('day', 5, { single_word: true }),
        added('daylight', 6),
      ],
    });
    expect(tokenize('good<s> morning').ids).toEqual([1, 3, 2]);
    expect(tokenize('<S> new').ids).toEqual([0, 0, 0, 4]);
    expect(tokenize('day days Day daylight').ids).toEqual([5, 0, 5, 6]);
  });

  test.each([
    [true, [1, 3, 2]],
    [false, [1, 3, 3, 2]],
  ])('has an added token of white space that another took, if lstrip is %s', (lstrip, ids) => {
    const blank = added('  ', 3, { lstrip, rstrip: true, normalized: false });
    // Ids of the Rust library.
    expect(create({ ...WORD_LEVEL, added_tokens: [blank] })('good    morning').ids).toEqual(ids);
  });

  test.each(['\u0e33', '\u0eb3', '\uff9e', '\u{1f3fb}', '\u{e0041}'])(
    'has one character for a letter that a map of SentencePiece replaces, and %j that extends it',
    (extension) => {
      const probe = probes.find(({ name }) => name === 'Precompiled') as (typeof probes)[number];
      const tokenize = create(probeJson(probe));
      // So has the Rust library.
      expect(tokenize(`A${extension}`).ids).toEqual(tokenize('a').ids);
    },
  );

  test('is truncated after the last token that fits between the special ones', () => {
    const framed = {
      ...WORD_LEVEL,
      post_processor: { type: 'BertProcessing', sep: ['[SEP]', 8], cls: ['[CLS]', 7] },
    };
    const tokenize = create(framed, 4);
    expect(tokenize('good morning')).toEqual({ ids: [7, 1, 2, 8], unknown: 0, truncated: false });
    expect(tokenize('night good morning')).toEqual({
      ...{ ids: [7, 0, 1, 8], unknown: 1, truncated: true },
    });
  });
});

/** Texts of all scripts, with what the normalizers replace, remove, join or expand. */
const texts = (() => {
  const parts = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...makeTexts(50)) },
    fc.constantFrom(
      '@jack ',
      'https://t.co/',
      '&lt;',
      '&amp;',
      ':-)',
      '#HashTagWithWords',
      '[MASK]',
    ),
    fc.constantFrom(' ', '  ', '\n', '\u00a0', '\u3000', '\u200d', '\ufe0f', 'e\u0301', '\u0301'),
    fc.constantFrom(
      '日本語',
      '한국어',
      'صباح',
      '\ufdfa',
      '\u{20bb7}',
      'नमस्ते',
      'ﬁ',
      '½',
      '😀👍🏽',
      'ΣΑΣ',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('a', 'x', '!', '.', 'ab', 'zz').map((part) => part.repeat(60)),
  );
  return fc
    .array(fc.tuple(parts, fc.integer({ min: 1, max: 30 })), { maxLength: 12 })
    .map((list) => list.map(([part, count]) => part.repeat(count)).join(''));
})();

describe('tokenization stops when the window is full, and the tokens are those of the whole text', () => {
  test.each<[string, object]>([
    ...[PINNED, MULTILINGUAL].map((commit): [string, object] => {
      const json = shippedTokenizerJson(commit);
      return [`${json.model.type}`, json];
    }),
    ['WordLevel', WORD_LEVEL],
    ['BPE', BPE],
    ...probes.map(({ name }, at): [string, object] => [name, probeJson(probes[at]!)]),
  ])('%s', (_, json) => {
    const whole = create(json);
    const special = whole('').ids.length;
    const windows = [3, 16, 128].map((window) => ({ window, tokenize: create(json, window) }));
    fc.assert(
      fc.property(texts, (text) => {
        const { ids } = whole(text);
        expect(ids.every(Number.isInteger)).toBe(true);
        for (const { window, tokenize } of windows) {
          const kept = tokenize(text);
          const before = special > 0 ? 1 : 0;
          const body = ids.slice(before, ids.length - (special - before));
          expect(kept.ids.slice(before, kept.ids.length - (special - before))).toEqual(
            body.slice(0, window - special),
          );
          expect(kept.truncated).toBe(body.length > window - special);
        }
      }),
      { numRuns: 50 },
    );
  });
});

test.each([
  ['ligatures that become 18 letters each', '\ufdfa'],
  ['ideographs', '日'],
  ['ideographs beyond the basic plane', '\u{20bb7}'],
  ['links', 'https://t.co/x '],
  ['words of a hundred letters', `${'qzx'.repeat(33)} `],
  ['spaces', ' '],
  ['marks', '\u0301\u0323'],
])('10,000 characters of %s take no longer than an inference', (_, part) => {
  const text = part.repeat(10_000 / part.length);
  for (const commit of [PINNED, MULTILINGUAL]) {
    const tokenize = shippedTokenizer(commit, 128);
    const durations = Array.from({ length: 5 }, () => {
      const start = performance.now();
      tokenize(text);
      return performance.now() - start;
    });
    // On an idle machine, all but marks take less than 20 ms.
    expect(Math.min(...durations)).toBeLessThan(200);
  }
});
