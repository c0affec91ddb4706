import { expect, test } from 'vitest';
import { defaultMaxConnections } from '../../src/config/open-files.ts';

const limits = (soft: string): string =>
  `Limit                     Soft Limit           Hard Limit           Units\n` +
  `Max processes             1000                 1000                 processes\n` +
  `Max open files            ${soft.padEnd(20)} 1048576              files\n`;

test.each([
  ['1024', 896],
  ['1048576', 2048],
  ['unlimited', 2048],
  ['100', 1],
])('with %s open files, %i connections', (soft, expected) => {
  expect(defaultMaxConnections(() => limits(soft))).toBe(expected);
});

test('without a known limit, 2048', () => {
  expect(defaultMaxConnections(() => '')).toBe(2048);
});
