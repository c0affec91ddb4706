import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quantile } from '../src/statistics.ts';

test.each([
  [0, 15],
  [0.05, 15],
  [0.3, 20],
  [0.4, 20],
  [0.5, 35],
  [1, 50],
])('the quantile %d by nearest rank', (share, expected) => {
  const values = [15, 20, 35, 40, 50];
  expect(
    quantile(
      values.map((value) => [value, 1]),
      share,
    ),
  ).toBe(expected);
});

test('of no values there is none', () => {
  expect(quantile([], 0.5)).toBeUndefined();
});

test('it is one of the values, and at least its share of them does not exceed it', () => {
  const counts = fc.array(fc.tuple(fc.integer(), fc.integer({ min: 1, max: 9 })), { minLength: 1 });
  fc.assert(
    fc.property(counts, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
      const found = quantile(all, share) as number;
      const total = (select: (value: number) => boolean): number =>
        all.reduce((sum, [value, count]) => sum + (select(value) ? count : 0), 0);
      expect(all.map(([value]) => value)).toContain(found);
      expect(total((value) => value <= found)).toBeGreaterThanOrEqual(share * total(() => true));
      expect(total((value) => value < found)).toBeLessThanOrEqual(share * total(() => true));
    }),
  );
});
