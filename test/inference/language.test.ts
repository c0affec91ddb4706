import { expect, test, vi } from 'vitest';
import { createLanguageIdentifier } from '../../src/inference/language.ts';

/** How many results of the library were made, and freed. */
const results = vi.hoisted(() => ({ made: 0, freed: 0 }));
vi.mock('fasttext.wasm.js', async (importOriginal) => {
  const original = await importOriginal<typeof import('fasttext.wasm.js')>();
  return {
    getLIDModel: async () => {
      const model = await (await original.getLIDModel()).load();
      const predict = model.predict.bind(model);
      model.predict = (...args: Parameters<typeof predict>) => {
        const result = predict(...args) as ReturnType<typeof predict> & { delete(): void };
        results.made++;
        const free = result.delete.bind(result);
        result.delete = () => {
          results.freed++;
          free();
        };
        return result;
      };
      return { load: async () => model };
    },
  };
});

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
  Object.assign(results, { made: 0, freed: 0 });
  identify(text);
  expect(results).toEqual({ made: 1, freed: 1 });
});
