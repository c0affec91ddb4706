import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeTexts } from '../../bench/texts.mjs';
import { readModelConfig } from '../../src/artifacts/model-config.ts';
import type { TokenizerJson } from '../../src/artifacts/tokenizer-json.ts';
import { createTokenizer } from '../../src/inference/tokenizer/tokenizer.ts';
import { recorded, shippedTokenizerJson } from '../inference/tokenizer/probes.ts';
import { pinnedJson, SHIPPED } from '../support/pinned.ts';
import { ROOT } from '../support/server.ts';
import { haveTweets, readTweets } from '../support/tweets.ts';

const OWN_TEXTS = [
  ...pinnedJson<{ texts: { text: string }[] }>('golden.json').texts.map(({ text }) => text),
  ...makeTexts(500),
  '@jack, @jack_1: see https://t.co/x?y=1&z=2! mail a@b.example now…',
  'ALL CAPS, Ünïcödé, naïve café, İstanbul, ß, ﬁne ligature, ½',
  '日本語のツイート 한국어 트윗 Русский твит صباح الخير नमस्ते',
  '😀👍🏽👩‍👩‍👧 flags 🇩🇪 hearts ❤️',
  'soooooo gooood!!! ... ??? #MondayMotivation #100DaysOfCode',
  'tabs\tand\nlines\r\nand\u00a0spaces\u2003here\u200bzero',
  `${'a'.repeat(120)} ${'word '.repeat(200)}`,
  '&amp; &lt;3 "quotes" ‘curly’ — dashes – and ´accents`',
  '[CLS] [SEP] <s> </s> <mask> special',
];

/** @returns what test/deep/encode.py answers. */
function request<T>(json: object): T {
  return python<T>([], JSON.stringify(json));
}

/** @returns what test/deep/encode.py writes. */
function python<T>(args: readonly string[], input = ''): T {
  const command = process.env.PYTHON || 'python3';
  const script = join(ROOT, 'test/deep/encode.py');
  const options = { input, maxBuffer: 2 ** 30 };
  return JSON.parse(execFileSync(command, [script, ...args], options).toString()) as T;
}

/** Texts whose ids are not those of the Rust library. */
function differing(tokenizer: TokenizerJson, texts: readonly string[]): string[] {
  const [expected] = request<[number[][]]>({ tokenizers: [tokenizer], texts });
  const files = new Map(
    Object.entries({
      'tokenizer.json': tokenizer,
      'config.json': { id2label: { 0: 'x' }, pad_token_id: 0 },
    }).map(([path, json]) => [path, Buffer.from(JSON.stringify(json))]),
  );
  const tokenize = createTokenizer(readModelConfig(files));
  return texts.filter(
    (text, at) => JSON.stringify(tokenize(text).ids) !== JSON.stringify(expected[at]),
  );
}

const TOKENIZERS = SHIPPED.map((commit) => [commit, shippedTokenizerJson(commit)] as const);

describe('token ids are those of the Rust library', () => {
  test.each(TOKENIZERS)('on texts of our own, for the shipped version %s', (_, tokenizer) => {
    expect(differing(tokenizer, OWN_TEXTS)).toEqual([]);
  });

  test('on texts of our own, for each family of tokenizers', () => {
    const families = request<TokenizerJson[]>({ train: OWN_TEXTS });
    expect(families.map(({ model }) => model.type)).toEqual([
      ...['WordPiece', 'Unigram', 'BPE', 'WordLevel'],
    ]);
    for (const family of families) {
      expect([family.model.type, ...differing(family, OWN_TEXTS)]).toEqual([family.model.type]);
    }
  });

  test('on characters alone, before, after and between letters: the recorded ids are still its ids', () => {
    expect(python<object>(['record'])).toEqual(recorded);
  });

  test.skipIf(!haveTweets)('on every tweet of the dev sets, for the shipped versions', () => {
    const splits = [
      'semeval-en',
      ...['ar', 'de', 'en', 'es', 'fr', 'hi', 'it', 'pt'].map((l) => `umsab-${l}`),
    ];
    const texts = splits.flatMap((split) => readTweets(`${split}/dev`).map(({ text }) => text));
    expect(texts.length).toBeGreaterThan(4000);
    for (const [, tokenizer] of TOKENIZERS) {
      expect(differing(tokenizer, texts)).toEqual([]);
    }
  });
});
