import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
])('%s: a word has the same tokens again', (_model, commit) => {
  const folder = join(ROOT, 'models', MODEL, commit);
  const files = ['tokenizer.json', 'config.json'].map(
    (path) => [path, readFileSync(join(folder, path))] as const,
  );
  const tokenize = createTokenizer(readModelConfig(new Map(files)));
  const first = TEXTS.map(tokenize);
  expect(new Set(first.flatMap(({ ids }) => ids)).size).toBeGreaterThan(100);
  expect(TEXTS.map(tokenize)).toEqual(first);
  expect(TEXTS.toReversed().map(tokenize).toReversed()).toEqual(first);
});
