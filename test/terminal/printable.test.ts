import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import {
  columnsOf,
  cutTo,
  isolate,
  printable,
  printableJson,
} from '../../src/terminal/printable.ts';

test.each([
  ['plain text', 'Guten Morgen', 'Guten Morgen'],
  ['colours', 'a \u001b[31mred\u001b[0m b', 'a red b'],
  ['colours in one byte', 'a \u009b31mred', 'a red'],
  ['a title', 'a\u001b]0;owned\u0007b', 'ab'],
  ['a link', '\u001b]8;;http://x\u001b\\click\u001b]8;;\u001b\\', 'click'],
  ['an escape that never ends', 'a\u001b]0;owned', 'a]0;owned'],
  ['an escape alone', 'a\u001bb', 'ab'],
  ['line breaks', 'a\r\nb\u2028c\td\u0085e', 'a b c d e'],
  ['a bell and a backspace', 'a\u0007\bb', 'ab'],
  ['overriding the direction', '\u202egood\u202c \u2067x\u2069', 'good x'],
  ['half a character', 'a\ud83d', 'a\ufffd'],
  ['a family', '👨‍👩‍👧‍👦', '👨‍👩‍👧‍👦'],
  ['Persian, whose words need the non-joiner', 'می‌خواهم', 'می‌خواهم'],
])('%s', (_, text, expected) => {
  expect(printable(text)).toBe(expected);
});

test.each([
  ['hello', 5, 'hello'],
  ['hello', 4, 'hel…'],
  ['hello', 1, '…'],
  ['hello', 0, ''],
  ['日本語', 6, '日本語'],
  ['日本語', 5, '日本…'],
  ['日本語', 4, '日…'],
  ['👨‍👩‍👧‍👦 ok', 5, '👨‍👩‍👧‍👦 ok'],
  ['👨‍👩‍👧‍👦 ok', 3, '👨‍👩‍👧‍👦…'],
  ['👨‍👩‍👧‍👦 ok', 2, '…'],
  ['e\u0301e\u0301e\u0301', 3, 'e\u0301e\u0301e\u0301'],
  ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
])('%s in %i columns', (text, columns, expected) => {
  expect(cutTo(text, columns)).toBe(expected);
});

test('any text is cut to its columns, and left alone where it has them', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(30), (text, columns) => {
      const clean = printable(text);
      const cut = cutTo(clean, columns);
      expect(stringWidth(cut)).toBeLessThanOrEqual(columns);
      if (columnsOf(clean) <= columns) {
        expect(cut).toBe(clean);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('right-to-left text is isolated from what stands beside it', () => {
  expect(isolate('שלום')).toBe('\u2068שלום\u2069');
  expect(isolate('صباح')).toBe('\u2068صباح\u2069');
  expect(isolate('hello 日本')).toBe('hello 日本');
});

test('JSON for a terminal says the same', () => {
  const value = { input: 'a \u009b31m \u202e \u007f ü 👍🏽' };
  const line = printableJson(JSON.stringify(value));
  expect(line).not.toMatch(/[\u007f-\u009f\u202e]/);
  expect(line).toContain('ü 👍🏽');
  expect(JSON.parse(line)).toEqual(value);
});
