import { expect, test } from 'vitest';
import { blockBar, progressBar } from '../../src/terminal/bars.ts';

test.each([
  [0, '    '],
  [0.001, '▏   '],
  [0.5, '██  '],
  [0.6, '██▍ '],
  [1, '████'],
  [2, '████'],
  [-1, '    '],
  [Number.NaN, '    '],
])('a share of %d is a bar of that length, and visible unless it is 0', (share, expected) => {
  expect(blockBar(share, 4)).toBe(expected);
});

test('progress fills the cells', () => {
  expect([0, 0.3, 1].map((share) => progressBar(share, 4))).toEqual(['····', '█···', '████']);
});
