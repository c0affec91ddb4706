import { expect, test } from 'vitest';
import { formatProgress } from '../../src/commands/predict-progress.ts';

test('a bar, the rate, and the time left at this rate', () => {
  const progress = { rows: 6_000, share: 0.5 };
  expect(formatProgress(progress, { rows: 1_000, share: 0.25 }, 5)).toBe(
    '██████████·········· 50 %  6,000 rows, 1,000/s, 0:10 left',
  );
});

test('at first, neither rate nor time is known', () => {
  const progress = { rows: 1_024, share: 0.25 };
  expect(formatProgress(progress, progress, 0)).toBe('█████··············· 25 %  1,024 rows');
});

test('of a pipe, the rows and the rate', () => {
  const progress = { rows: 3_000, share: undefined };
  expect(formatProgress(progress, { rows: 1_000, share: undefined }, 2)).toBe(
    '3,000 rows, 1,000/s',
  );
});
