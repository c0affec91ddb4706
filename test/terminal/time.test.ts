import { describe, expect, test } from 'vitest';
import {
  formatDateTime,
  formatDuration,
  formatMinutes,
  formatMs,
  parseDuration,
} from '../../src/terminal/time.ts';

describe('milliseconds', () => {
  test.each([
    [Number.NaN, '-'],
    [0.05, '0.05 ms'],
    [9.994, '9.99 ms'],
    [9.996, '10.0 ms'],
    [99.96, '100 ms'],
    [250, '250 ms'],
    [999.4, '999 ms'],
    [999.6, '1.00 s'],
    [1_234, '1.23 s'],
    [12_345, '12.3 s'],
    [123_456, '123 s'],
  ])('%d are %s', (ms, expected) => {
    expect(formatMs(ms)).toBe(expected);
  });
});

test.each([
  [0, '0:00'],
  [59_600, '1:00'],
  [725_000, '12:05'],
  [3_725_000, '62:05'],
])('%i ms are %s minutes', (ms, expected) => {
  expect(formatMinutes(ms)).toBe(expected);
});

test.each([
  [0, '0.0 s'],
  [9_940, '9.9 s'],
  [9_960, '10 s'],
  [99_400, '99 s'],
  [99_600, '2 min'],
  [25 * 60_000, '25 min'],
  [99.6 * 60_000, '1 h 40 min'],
  [180 * 60_000, '3 h'],
  [200 * 60_000, '3 h 20 min'],
])('%d ms are %s', (ms, expected) => {
  expect(formatDuration(ms)).toBe(expected);
});

test.each([
  ['30s', 30_000],
  ['1.5h', 5_400_000],
  ['1d', 86_400_000],
  ['0m', 0],
  ['10', undefined],
  ['-1s', undefined],
  ['2 m', undefined],
  ['1e3s', undefined],
  ['1w', undefined],
])('the duration %j', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

test('a unit that is not allowed is no duration', () => {
  expect(parseDuration('1d', ['s', 'm', 'h'])).toBeUndefined();
});

test('a timestamp without its milliseconds', () => {
  expect(formatDateTime('2026-01-31T12:00:00.123Z')).toBe('2026-01-31 12:00:00');
});
