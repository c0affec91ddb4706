import { FastTextModel } from 'fasttext.wasm.js';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createLanguageIdentifier } from '../../src/inference/language.ts';

const identify = await createLanguageIdentifier();

test.each([
  ['Good morning, what a wonderful day it is today', 'en'],
  ['Guten Morgen', 'de'],
  ['Das ist schrecklich', 'de'],
  ['Qué día tan bonito, me encanta', 'es'],
  ['C’est vraiment nul, je suis déçu', 'fr'],
  ['LOL', 'und'],
  ['😀😀😀', 'und'],
  ['@jack https://t.co/abc', 'und'],
  ['\n', 'und'],
  ['\ud800', 'und'],
])('%j is %s', (text, language) => {
  expect(identify(text).language).toBe(language);
});

test('mentions and links say nothing of the language', () => {
  expect(
    identify('@thebestofenglish Das ist wirklich furchtbar https://example.com/the-english')
      .language,
  ).toBe('de');
});

// They are in WebAssembly's memory, which no garbage collector frees.
test.each([
  ['a text', 'Guten Morgen'],
  ['a text without words', '@jack'],
  ['no text', ''],
])('the library’s result for %s is freed', (_, text) => {
  const predict = vi.spyOn(FastTextModel.prototype, 'predict');
  onTestFinished(() => predict.mockRestore());
  identify(text);
  const results: readonly { readonly value: { isDeleted(): boolean } }[] = predict.mock.results;
  expect(results.map(({ value }) => value.isDeleted())).toEqual([true]);
});
