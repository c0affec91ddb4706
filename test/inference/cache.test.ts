import { expect, test } from 'vitest';
import { createCache } from '../../src/inference/cache.ts';

const CLASSIFICATION = {
  label: 'positive',
  score: 1,
  scores: { positive: 1 },
  tokens: 3,
  unknownRatio: 0,
  truncated: false,
  topic: undefined,
  language: 'en',
  languageConfidence: 1,
  logSumExp: 0,
};

test('the least recently used text is dropped first, and the kept ones do not exceed the size', () => {
  const texts = Array.from({ length: 100 }, (_, i) => `${i}`.padStart(1000, 'x'));
  const cache = createCache(50_000);
  const [first] = texts as [string];
  for (const text of texts) {
    cache.set(text, CLASSIFICATION);
    cache.get(first);
  }
  const kept = texts.filter((text) => cache.get(text));
  // A text takes 2,000 bytes, and its classification some more.
  expect(kept.length).toBeGreaterThan(10);
  expect(kept.length).toBeLessThan(25);
  expect(kept).toEqual([first, ...texts.slice(-(kept.length - 1))]);
});

test('a text larger than the cache is not kept, and no other text is dropped for it', () => {
  const cache = createCache(5_000);
  cache.set('short', CLASSIFICATION);
  cache.set('x'.repeat(5_000), CLASSIFICATION);
  expect(cache.get('x'.repeat(5_000))).toBeUndefined();
  expect(cache.get('short')).toBe(CLASSIFICATION);
});

test('a size of 0 disables the cache', () => {
  const cache = createCache(0);
  cache.set('short', CLASSIFICATION);
  expect(cache.get('short')).toBeUndefined();
});
