import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import { expect, test } from 'vitest';
import { makeTexts } from '../../bench/texts.mjs';
import { readModelConfig } from '../../src/artifacts/model-config.ts';
import { createTokenizer } from '../../src/inference/tokenizer/tokenizer.ts';
import { MODEL, MULTILINGUAL, PINNED } from '../support/pinned.ts';
import { ROOT } from '../support/server.ts';

const TEXTS = [
  ...makeTexts(200),
  // Short enough to be remembered whole by a model that does not split texts into words.
  'good morning',
  'good night',
  'x'.repeat(300),
  `${'y'.repeat(90)} naïve café 日本語 😀👍🏽 [MASK]`,
];

test.each([
  ['WordPiece', PINNED],
  ['Unigram', MULTILINGUAL],
])('%s: the tokens of a text are those of the library, the first time and again', (_, commit) => {
  const folder = join(ROOT, 'models', MODEL, commit);
  const files = ['tokenizer.json', 'config.json'].map(
    (path) => [path, readFileSync(join(folder, path))] as const,
  );
  const config = readModelConfig(new Map(files));
  const library = new Tokenizer(config.tokenizer as object, {});
  const expected = TEXTS.map((text) => {
    const { ids } = library.encode(text);
    // A text that is too long is cut before its last token, which marks its end.
    const isTooLong = ids.length > config.window;
    return isTooLong ? [...ids.slice(0, config.window - 1), ids.at(-1)] : ids;
  });
  expect(new Set(expected.flat()).size).toBeGreaterThan(100);

  const tokenize = createTokenizer(config);
  const idsOf = (text: string) => tokenize(text).ids;
  expect(TEXTS.map(idsOf)).toEqual(expected);
  expect(TEXTS.toReversed().map(idsOf).toReversed()).toEqual(expected);
});
