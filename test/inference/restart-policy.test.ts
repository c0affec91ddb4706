import { expect, test } from 'vitest';
import { hungAfterMs, mayRetry, restartDelayMs } from '../../src/inference/restart-policy.ts';

test('a batch runs on two workers and not on a third', () => {
  expect([1, 2].map(mayRetry)).toEqual([true, false]);
});

test('a worker is restarted at once, and after ever longer delays if it dies before it is ready', () => {
  expect([0, 1, 2, 3, 5, 6, 7, 100].map(restartDelayMs)).toEqual([
    0, 1_000, 2_000, 4_000, 16_000, 30_000, 30_000, 30_000,
  ]);
});

test('a worker is hung after three request timeouts, and not before two minutes', () => {
  expect([1_000, 10_000, 60_000, 600_000, Number.POSITIVE_INFINITY].map(hungAfterMs)).toEqual([
    120_000, 120_000, 180_000, 1_800_000, 120_000,
  ]);
});
