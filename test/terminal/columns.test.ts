import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { alignColumns, columnsOf, cutTo, padEnd, wrap } from '../../src/terminal/columns.ts';
import { printable } from '../../src/terminal/printable.ts';

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

test('any text is cut to the columns, and unchanged where it fits', () => {
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

test.each([
  ['one two three', 7, ['one two', 'three']],
  ['German is 9.1 % of the texts', 13, ['German is', '9.1 % of the', 'texts']],
  ['a longer-than-the-line word', 6, ['a', 'longer-than-the-line', 'word']],
  ['日本語 日本語', 7, ['日本語', '日本語']],
  ['', 7, ['']],
])('%j in lines of %i columns', (line, columns, expected) => {
  expect(wrap(line, columns)).toEqual(expected);
});

test('rows are aligned by what a terminal shows', () => {
  const rows = [
    ['language', 'texts', 'note'],
    ['日本語', '1,000', 'wide'],
    ['👨‍👩‍👧‍👦', '1', ''],
    ['می‌خواهم', '20'],
  ];
  const lines = alignColumns(rows, ['left', 'right', 'left']);
  expect(lines).toEqual([
    'language  texts  note',
    '日本語    1,000  wide',
    '👨‍👩‍👧‍👦            1',
    `${padEnd('می‌خواهم', 8)}     20`,
  ]);
  expect(alignColumns(rows, ['right'])[3]).toBe(' می‌خواهم     20');
});
