import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { expect, test } from 'vitest';
import { makeTexts } from '../../bench/texts.mjs';
import { readModelConfig } from '../../src/artifacts/model-config.ts';
import { createTokenizer } from '../../src/inference/tokenizer.ts';
import { MODEL, MULTILINGUAL, PINNED } from '../support/pinned.ts';
import { ROOT } from '../support/server.ts';

const TEXTS = [
  ...makeTexts(200),
  'x'.repeat(300),
  `${'y'.repeat(90)} naïve café 日本語 😀👍🏽 [MASK]`,
];

test.each([
  ['WordPiece', PINNED],
  ['Unigram', MULTILINGUAL],
])('%s: the token ids are those of the library, also for words that repeat', (_model, commit) => {
  const folder = join(ROOT, 'models', MODEL, commit);
  const files = ['tokenizer.json', 'config.json'].map(
    (path) => [path, readFileSync(join(folder, path))] as const,
  );
  const config = readModelConfig(new Map(files));
  const tokenize = createTokenizer(config);
  // The library's own class, without memoized words and without truncation.
  const library = new Tokenizer(config.tokenizer, {}) as unknown as {
    encode(text: string): { ids: number[] };
  };
  const expected = TEXTS.map((text) => library.encode(text).ids);
  expect(new Set(expected.flat()).size).toBeGreaterThan(100);
  expect(Math.max(...expected.map(({ length }) => length))).toBeLessThanOrEqual(config.window);
  expect(TEXTS.map((text) => tokenize(text).ids)).toEqual(expected);
  expect(TEXTS.map((text) => tokenize(text).ids)).toEqual(expected);
});

test('a text longer than the window loses tokens at its end, and no special token', () => {
  const files = ['tokenizer.json', 'config.json'].map(
    (path) => [path, readFileSync(join(ROOT, 'models', MODEL, PINNED, path))] as const,
  );
  const config = readModelConfig(new Map(files));
  const tokenize = createTokenizer(config);
  const short = tokenize('hello '.repeat(3));
  const long = tokenize('hello '.repeat(config.window));
  expect(short.truncated).toBe(false);
  expect(long.truncated).toBe(true);
  expect(long.ids).toHaveLength(config.window);
  expect([long.ids[0], long.ids.at(-1)]).toEqual([short.ids[0], short.ids.at(-1)]);
});
