import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findExcess } from '../../src/http/middleware/json-outline.ts';

const PADDING = ' '.repeat(16 * 1024);
const excessOf = (json: string): string | undefined => findExcess(Buffer.from(json + PADDING));

test.each([
  ['arrays', '['.repeat(9), 'arrays and objects nested more than 8 deep'],
  ['objects', '{"a":'.repeat(9), 'arrays and objects nested more than 8 deep'],
  ['fields', `{${'"a":1,'.repeat(65)}}`, 'more than 64 fields'],
  ['as many as are allowed', `${'['.repeat(8)}${']'.repeat(8)}`, undefined],
  [
    'the same in a string',
    JSON.stringify({ inputs: `${'['.repeat(100)}${':'.repeat(100)}` }),
    undefined,
  ],
  ['behind escaped quotes', JSON.stringify({ inputs: `\\"\\\\"${'['.repeat(100)}` }), undefined],
  ['a string that does not end', `"${'['.repeat(100)}`, undefined],
])('%s', (_, json, expected) => {
  expect(excessOf(json)).toBe(expected);
});

test('a small body is parsed whatever it holds', () => {
  expect(findExcess(Buffer.from('['.repeat(1_000)))).toBeUndefined();
});

test('no text that a client may send is refused', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 64 }), (inputs) => {
      expect(excessOf(JSON.stringify({ inputs }))).toBeUndefined();
      expect(excessOf(JSON.stringify(inputs))).toBeUndefined();
    }),
  );
});

test('many backslashes are read once', () => {
  const text = `${'\\'.repeat(200_000)}"`.repeat(4);
  expect(excessOf(JSON.stringify({ inputs: text }))).toBeUndefined();
});
