import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { LANGUAGES, type Language } from '../../src/simulate/languages.ts';
import { LABELS } from '../../src/simulate/phrases/phrases.ts';
import { createTraffic, type LabelledText, type Mix } from '../../src/simulate/traffic.ts';

const TEXTS = 3_000;

function take(mix: Mix, seed = 1, count = TEXTS): LabelledText[] {
  const next = createTraffic(seed);
  return Array.from({ length: count }, () => next(mix));
}

describe.each(Object.keys(LANGUAGES) as Language[])('traffic in %s', (language) => {
  const texts = take({ [language]: 1 });

  test('looks like tweets: 280 characters at most, most of them around a hundred', () => {
    const lengths = texts.map(({ text }) => text.length).sort((a, b) => a - b);
    expect(lengths.at(-1)).toBeLessThanOrEqual(280);
    expect(lengths[0]).toBeGreaterThanOrEqual(20);
    expect(lengths[TEXTS / 2]).toBeGreaterThan(90);
    expect(lengths[TEXTS / 2]).toBeLessThan(130);
  });

  test('rarely repeats a text, and fills every slot', () => {
    expect(new Set(texts.map(({ text }) => text)).size).toBeGreaterThan(TEXTS * 0.97);
    expect(texts.filter(({ text }) => /[{}]|undefined/.test(text))).toEqual([]);
  });

  test('has every label, about as often as real tweets', () => {
    const share = (label: string): number =>
      texts.filter((text) => text.label === label).length / TEXTS;
    expect(LABELS.map(share).every((value) => value > 0.18 && value < 0.45)).toBe(true);
  });

  test('has mentions, hashtags and links to example.com only', () => {
    const withSign = (sign: RegExp): number => texts.filter(({ text }) => sign.test(text)).length;
    expect(withSign(/^@\w+ /)).toBeGreaterThan(TEXTS * 0.1);
    expect(withSign(/ #[\p{L}\d]+/u)).toBeGreaterThan(TEXTS * 0.1);
    expect(withSign(/ https:\/\/example\.com\/\w+$/)).toBeGreaterThan(TEXTS * 0.05);
    expect(withSign(/https?:\/\/(?!example\.com\/)/)).toBe(0);
  });
});

test('a seed determines the texts and their order', () => {
  const mix = { en: 1, de: 1, es: 1, fr: 1 };
  expect(take(mix, 7, 200)).toEqual(take(mix, 7, 200));
  expect(take(mix, 8, 200)).not.toEqual(take(mix, 7, 200));
});

test.each([
  [1, 'b119cb64b6ca323f3ad52763e625c6cc69eba21ba6cba1a97a66ba0cdfa7093e'],
  [7, '7444e937c680dba424230df1cd4c62ab593cccedc5bf097fee64ddc1e88e9a60'],
])('the texts of seed %i are the same in every release', (seed, digest) => {
  const texts = take({ en: 1, de: 1, es: 1, fr: 1 }, seed, 4_000);
  expect(createHash('sha256').update(JSON.stringify(texts)).digest('hex')).toBe(digest);
});

test('a mix is kept', () => {
  const texts = take({ en: 3, de: 1, fr: 0 });
  const share = (language: string): number =>
    texts.filter((text) => text.language === language).length / TEXTS;
  expect(share('en')).toBeCloseTo(0.75, 1);
  expect(share('de')).toBeCloseTo(0.25, 1);
  expect(share('fr')).toBe(0);
});
