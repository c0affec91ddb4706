import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeTexts } from '../../bench/texts.mjs';
import { readModelConfig } from '../../src/artifacts/model-config.ts';
import { createTokenizer } from '../../src/inference/tokenizer/tokenizer.ts';
import { pinnedJson } from '../support/pinned.ts';
import { ROOT } from '../support/server.ts';
import { haveTweets, readTweets } from '../support/tweets.ts';

interface Encoded {
  name: string;
  tokenizer: object;
  ids: number[][];
}

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

function encode(tokenizer: object | null, texts: readonly string[]): Encoded[] {
  const python = process.env.PYTHON || 'python3';
  const input = JSON.stringify({ tokenizer, train: OWN_TEXTS, texts });
  const script = join(ROOT, 'test/deep/encode.py');
  return JSON.parse(
    execFileSync(python, [script], { input, maxBuffer: 1024 ** 3 }).toString(),
  ) as Encoded[];
}

/** Texts whose ids are not those of the Rust library. */
function differing({ tokenizer, ids }: Encoded, texts: readonly string[]): string[] {
  const files = new Map(
    Object.entries({
      'tokenizer.json': tokenizer,
      'config.json': { id2label: { 0: 'x' }, pad_token_id: 0 },
    }).map(([path, json]) => [path, Buffer.from(JSON.stringify(json))]),
  );
  const tokenize = createTokenizer(readModelConfig(files));
  return texts.filter((text, at) => JSON.stringify(tokenize(text).ids) !== JSON.stringify(ids[at]));
}

describe('token ids are those of the Rust library', () => {
  test('on texts of our own, for the pinned tokenizer', () => {
    const [pinned] = encode(pinnedJson('tokenizer.json'), OWN_TEXTS) as [Encoded];
    expect(differing(pinned, OWN_TEXTS)).toEqual([]);
  });

  test('on texts of our own, for each family of tokenizers', () => {
    const families = encode(null, OWN_TEXTS);
    expect(families.map(({ name }) => name)).toEqual(['WordPiece', 'Unigram', 'byte-level BPE']);
    for (const family of families) {
      expect([family.name, ...differing(family, OWN_TEXTS)]).toEqual([family.name]);
    }
  });

  test.skipIf(!haveTweets)('on every tweet of the dev sets, for the pinned tokenizer', () => {
    const splits = [
      'semeval-en',
      ...['ar', 'de', 'en', 'es', 'fr', 'hi', 'it', 'pt'].map((l) => `umsab-${l}`),
    ];
    const texts = splits.flatMap((split) => readTweets(`${split}/dev`).map(({ text }) => text));
    expect(texts.length).toBeGreaterThan(4000);
    const [pinned] = encode(pinnedJson('tokenizer.json'), texts) as [Encoded];
    expect(differing(pinned, texts)).toEqual([]);
  });
});
