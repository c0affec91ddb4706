import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSplitter, MAX_ROW_BYTES, parseFields } from '../../../src/scoring/input/records.ts';

const COMMA = ','.charCodeAt(0);

/** The records of bytes that arrive in pieces of so many bytes. */
function recordsOf(text: string | Buffer, delimiter?: number, piece = Number.POSITIVE_INFINITY) {
  const bytes = Buffer.from(text as string);
  const splitter = createSplitter(delimiter);
  const records = [];
  for (let at = 0; at < bytes.length; at += piece) {
    records.push(...splitter.push(bytes.subarray(at, at + piece)));
  }
  records.push(...splitter.end());
  return {
    records: records.map(({ line, bytes: found }) => [line, found?.toString('utf8')]),
    unclosed: splitter.unclosedQuote(),
  };
}

describe('lines', () => {
  test.each<[string, string, unknown]>([
    [
      'of Unix and Windows',
      'a\nb\r\nc\n',
      [
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
      ],
    ],
    [
      'without a line break at the end',
      'a\nb',
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    [
      'that are empty',
      '\n\nb\n',
      [
        [1, ''],
        [2, ''],
        [3, 'b'],
      ],
    ],
    ['none', '', []],
    [
      'with a quote',
      '"a\nb"\n',
      [
        [1, '"a'],
        [2, 'b"'],
      ],
    ],
    ['with a NUL', 'a\0b\n', [[1, 'a\0b']]],
  ])('%s', (_, text, expected) => {
    expect(recordsOf(text).records).toEqual(expected);
  });

  test('a line of 100 MB is dropped, in memory for a part of it', () => {
    const splitter = createSplitter();
    const chunk = Buffer.alloc(1024 ** 2, 'x');
    const before = process.memoryUsage();
    for (let i = 0; i < 100; i++) {
      expect(splitter.push(chunk)).toEqual([]);
    }
    const after = process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(50 * 1024 ** 2);
    expect(splitter.push(Buffer.from('\nb\n'))).toEqual([
      { line: 1, bytes: undefined },
      { line: 2, bytes: Buffer.from('b') },
    ]);
  });

  test('the longest row that is read has MAX_ROW_BYTES', () => {
    const found = recordsOf(`${'x'.repeat(MAX_ROW_BYTES)}\n${'y'.repeat(MAX_ROW_BYTES + 1)}\n`);
    expect(found.records.map(([, bytes]) => (bytes as string | undefined)?.length)).toEqual([
      MAX_ROW_BYTES,
      undefined,
    ]);
  });
});

describe('rows of CSV', () => {
  test.each<[string, string, unknown]>([
    [
      'a line break in a field',
      'a,"b\nc",d\ne\n',
      [
        [1, 'a,"b\nc",d'],
        [3, 'e'],
      ],
    ],
    [
      'two quotes in a field',
      '"a""\n"\nb\n',
      [
        [1, '"a""\n"'],
        [3, 'b'],
      ],
    ],
    [
      'a quote inside of a field',
      '5" disk,b\nc\n',
      [
        [1, '5" disk,b'],
        [2, 'c'],
      ],
    ],
    [
      'a mark of UTF-8 before a quote',
      '\ufeff"a\nb"\nc\n',
      [
        [1, '\ufeff"a\nb"'],
        [3, 'c'],
      ],
    ],
    [
      'a carriage return after a quote',
      '"a"\r\n"b"\r\n',
      [
        [1, '"a"'],
        [2, '"b"'],
      ],
    ],
  ])('%s', (_, text, expected) => {
    for (const piece of [1, 2, 3, 100]) {
      expect(recordsOf(text, COMMA, piece).records).toEqual(expected);
    }
  });

  test('a quote that is never closed is found by its line', () => {
    expect(recordsOf('a\n"b\nc\n', COMMA).unclosed).toBe(2);
    expect(recordsOf('a\n"b"\n', COMMA).unclosed).toBeUndefined();
  });
});

describe('fields', () => {
  test.each<[string, string[] | undefined]>([
    ['', ['']],
    [',', ['', '']],
    ['a,"b,c",d', ['a', 'b,c', 'd']],
    ['"a""b"', ['a"b']],
    ['"",""', ['', '']],
    ['"a",', ['a', '']],
    ['5" disk', ['5" disk']],
    ['"a"b', undefined],
    ['"a', undefined],
  ])('%j', (row, expected) => {
    expect(parseFields(row, ',')).toEqual(expected);
  });

  test('records and fields are those of csv-parse, however the bytes arrive', () => {
    const field = fc.stringMatching(/^[a,"\n\r é]{0,6}$/);
    const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 3 }), { minLength: 1 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 9 }), fc.boolean(), (values, piece, windows) => {
        const quote = (value: string): string =>
          /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
        const end = windows ? '\r\n' : '\n';
        const text = values.map((row) => row.map(quote).join(',') + end).join('');
        const found = recordsOf(text, COMMA, piece).records.map(([, row]) =>
          parseFields(row as string, ','),
        );
        expect(found).toEqual(parse(text, { relax_column_count: true }));
        expect(found).toEqual(values);
      }),
    );
  });
});
