import { expect, test } from 'vitest';
import { costOf, estimateTokens } from '../../src/inference/cost.ts';

test('of texts with equally many characters, the one with more words and marks is longer', () => {
  const lengths = ['internationally', 'not a word more', '?!?!?!?!?!?!?!?'].map(estimateTokens);
  expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
  expect(new Set(lengths).size).toBe(3);
});

// Tokens with v1.2.0.
test.each([
  ['Guten Morgen, was für ein wunderbarer Tag!', 16],
  ['I have never been so happy with a purchase, thank you @jack https://t.co/x', 17],
  ['今天天气很好我们一起去公园散步吧', 18],
  ['صباح الخير يا أصدقائي', 20],
])('%s has about %i tokens', (text, tokens) => {
  expect(estimateTokens(text)).toBeGreaterThan(0.5 * tokens);
  expect(estimateTokens(text)).toBeLessThan(1.5 * tokens);
});

test('a text costs its tokens, and not less than a short one', () => {
  expect([2, 32, 64.4, 128].map(costOf)).toEqual([32, 32, 64, 128]);
});
