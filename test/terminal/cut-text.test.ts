import { expect, test } from 'vitest';
import { cutText } from '../../src/terminal/cut-text.ts';

test.each([
  ['', 1, ''],
  ['ab', 2, 'ab'],
  ['abc', 2, 'a…'],
  ['abc', 1, '…'],
  ['😀😀', 2, '😀😀'],
  ['😀😀😀', 2, '😀…'],
  ['a😀b', 3, 'a😀b'],
  ['a😀bc', 3, 'a😀…'],
  ['\ud800\ud800\ud800', 2, '\ud800…'],
])('%j in %d characters is %j', (text, maxChars, expected) => {
  expect(cutText(text, maxChars)).toBe(expected);
});

test('no cut leaves half of a surrogate pair', () => {
  for (let maxChars = 1; maxChars <= 10; maxChars++) {
    const cut = cutText('a😀'.repeat(5), maxChars);
    expect(cut.isWellFormed()).toBe(true);
    expect([...cut]).toHaveLength(maxChars);
  }
});
