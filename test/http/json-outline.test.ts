import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findExcess } from '../../src/http/middleware/json-outline.ts';

const PADDING = ' '.repeat(16 * 1024);
const excessOf = (json: string): string | undefined =>
  findExcess(Buffer.from(json + PADDING))?.description;

test.each([
  ['arrays', '['.repeat(65), 'more than 64 arrays and objects'],
  ['arrays one after the other', `[${'[],'.repeat(65)}`, 'more than 64 arrays and objects'],
  ['objects', '{"a":'.repeat(65), 'more than 64 arrays and objects'],
  ['fields', `{${'"a":1,'.repeat(65)}}`, 'more than 64 fields'],
  ['elements', `[${'1,'.repeat(16_385)}1]`, 'more than 16384 elements'],
  ['as many as are allowed', `${'['.repeat(64)}${']'.repeat(64)}`, undefined],
  [
    'the same in a string',
    JSON.stringify({ inputs: `${'['.repeat(100)}${':'.repeat(100)}${','.repeat(20_000)}` }),
    undefined,
  ],
  ['behind escaped quotes', JSON.stringify({ inputs: `\\"\\\\"${'['.repeat(100)}` }), undefined],
  ['a string that does not end', `"${'['.repeat(100)}`, undefined],
])('%s', (_, json, expected) => {
  expect(excessOf(json)).toBe(expected);
});

test.each([
  [`{"inputs":[${'1,'.repeat(16_385)}1]}`, { inputs: new Array(16_385).fill(1) }],
  [`{"a":[${'{"b":[]},'.repeat(100)}`, { a: [...new Array(31).fill({ b: [] }), null] }],
  [`{"x":{${'"a":1,'.repeat(100)}}}`, { x: { a: null } }],
  ['['.repeat(100), JSON.parse(`${'['.repeat(64)}null${']'.repeat(64)}`)],
])('what comes before the excess of %.20s is JSON', (json, expected) => {
  const prefix = findExcess(Buffer.from(json + PADDING))?.prefix ?? Buffer.alloc(0);
  expect(JSON.parse(prefix.toString())).toEqual(expected);
});

test('strings of any length and with any escapes end where JSON ends them', () => {
  const part = fc.constantFrom('\\\\', '\\"', 'a', '['.repeat(70), 'b'.repeat(63), 'é', '\\n');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
      const json = `{"a":"${parts.join('')}","b":"${'['.repeat(100)}"}`;
      expect(JSON.parse(json).b).toHaveLength(100);
      expect(excessOf(json)).toBeUndefined();
      expect(excessOf(`${json}${'[],'.repeat(65)}`)).toBe('more than 64 arrays and objects');
    }),
  );
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
