import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatMetric,
  formatQuantity,
  formatScore,
  formatShare,
  formatSigned,
} from '../../src/terminal/numbers.ts';

describe('bytes', () => {
  test.each([
    [0, '0 B'],
    [957, '957 B'],
    [1_000, '1 kB'],
    [1_234, '1.23 kB'],
    [129_400, '129 kB'],
    [999_999, '1 MB'],
    [23_456_789, '23.5 MB'],
    [5_000_000_000_000, '5 TB'],
  ])('%i are %s', (bytes, expected) => {
    expect(formatBytes(bytes)).toBe(expected);
  });
});

describe('shares', () => {
  test.each([
    [0, '0.0 %'],
    [0.000_499, '<0.1 %'],
    [0.000_5, '0.1 %'],
    [0.091, '9.1 %'],
    [1, '100.0 %'],
  ])('%d is %s', (share, expected) => {
    expect(formatShare(share)).toBe(expected);
  });
});

test('counts have thousands separators, and nouns their number', () => {
  expect(formatCount(12_345)).toBe('12,345');
  expect([0, 1, 2_000].map((count) => formatQuantity(count, 'line'))).toEqual([
    '0 lines',
    '1 line',
    '2,000 lines',
  ]);
  expect(formatQuantity(2, 'entry', 'entries')).toBe('2 entries');
});

test('scores have two digits, metrics four', () => {
  expect([0.654, 1, Number.NaN].map(formatScore)).toEqual(['0.65', '1.00', '-']);
  expect(formatMetric(0.74628)).toBe('0.7463');
});

test('signed numbers have signs of the same width', () => {
  expect([1_200, -1_200, 0].map((value) => formatSigned(value, formatCount))).toEqual([
    '+1,200',
    '−1,200',
    '+0',
  ]);
});
