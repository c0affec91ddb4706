import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BATCH_TEXTS, divideWindow } from '../../src/inference/bulk.ts';
import { COST_PER_TEXT, costOf, estimateTokens } from '../../src/inference/cost.ts';

const MAX_TOKENS = 128;

test('each text is in one batch, once', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (texts) => {
      const divided = divideWindow(texts, MAX_TOKENS).flat();
      expect(divided.toSorted()).toEqual([...new Set(texts)].toSorted());
    }),
  );
});

test('no batch costs more than one of texts with the usual length', () => {
  const texts = Array.from({ length: 500 }, (_, at) => `${'word '.repeat(at % 200)}${at}`);
  for (const batch of divideWindow(texts, MAX_TOKENS)) {
    const costs = batch.map((text) => costOf(Math.min(estimateTokens(text), MAX_TOKENS)));
    expect(costs.reduce((sum, cost) => sum + cost, 0)).toBeLessThanOrEqual(
      BATCH_TEXTS * COST_PER_TEXT,
    );
  }
});

test('texts of similar length are together, the longest first', () => {
  const texts = Array.from({ length: 200 }, (_, at) => `${'word '.repeat((at * 37) % 100)}${at}`);
  const lengths = divideWindow(texts, MAX_TOKENS).flat().map(estimateTokens);
  const used = lengths.map((length) => Math.min(length, MAX_TOKENS));
  expect(used).toEqual(used.toSorted((a, b) => b - a));
});
