import { expect, test } from 'vitest';
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

test('mentions and links do not change the language', () => {
  expect(
    identify('@thebestofenglish Das ist wirklich furchtbar https://example.com/the-english')
      .language,
  ).toBe('de');
});

test('identifying many texts does not leak memory', { timeout: 120_000 }, () => {
  const memory = () => process.memoryUsage().external;
  const before = memory();
  // As many as would make WebAssembly's memory grow if a result, some 70 bytes, were not freed.
  for (let i = 0; i < 400_000; i++) {
    identify('ja');
  }
  expect(memory() - before).toBeLessThan(4 * 1024 ** 2);
});
