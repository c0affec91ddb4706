import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutRuns } from '../../src/inference/runs.ts';

const lengths = fc.array(fc.integer({ min: 1, max: 128 }), { maxLength: 64 });

test('every text is in exactly one run, and no run is too large', () => {
  fc.assert(
    fc.property(lengths, fc.boolean(), (tokens, paddingFree) => {
      const runs = cutRuns(tokens, paddingFree);
      expect(runs.flat().sort((a, b) => a - b)).toEqual(tokens.map((_, index) => index));
      expect(Math.max(0, ...runs.map((run) => run.length))).toBeLessThanOrEqual(8);
    }),
  );
});

test('texts of equal length share a run; a long one runs separately, so that short ones are not padded', () => {
  expect(cutRuns([20, 20, 20, 20], false)).toEqual([[0, 1, 2, 3]]);
  expect(cutRuns([8, 120, 8, 8], false)).toEqual([[0, 2, 3], [1]]);
});

test('if padding costs attention only, texts of more different lengths share a run', () => {
  expect(cutRuns([8, 30, 12, 24], false)).toEqual([
    [0, 2],
    [3, 1],
  ]);
  expect(cutRuns([8, 30, 12, 24], true)).toEqual([[0, 2, 3, 1]]);
  expect(cutRuns([8, 120, 8, 8], true)).toEqual([[0, 2, 3], [1]]);
});

test('no other division into neighbours is cheaper', () => {
  const cost = (runs: number[][], tokens: readonly number[], paddingFree: boolean): number =>
    runs.reduce((total, run) => {
      const longest = Math.max(...run.map((i) => tokens[i] as number));
      return total + 12 + run.length * (paddingFree ? longest ** 2 / 400 : longest);
    }, 0);
  /** Every way to divide a list into neighbours. */
  const cuts = (order: number[]): number[][][] =>
    order.length === 0
      ? [[]]
      : order.flatMap((_, i) =>
          cuts(order.slice(i + 1)).map((rest) => [order.slice(0, i + 1), ...rest]),
        );
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 128 }), { minLength: 1, maxLength: 7 }),
      fc.boolean(),
      (tokens, paddingFree) => {
        const order = tokens.map((_, i) => i).sort((a, b) => tokens[a]! - tokens[b]!);
        const best = Math.min(...cuts(order).map((runs) => cost(runs, tokens, paddingFree)));
        expect(cost(cutRuns(tokens, paddingFree), tokens, paddingFree)).toBeCloseTo(best, 9);
      },
    ),
  );
});
