import { expect, test } from 'vitest';
import { parseJsonSource } from '../../src/artifacts/json-source.ts';
import { parseJson } from '../../src/version/json.ts';

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

test.each([501, 20_000, 1_000_000])('%d levels of nesting are refused', (levels) => {
  const refused = {
    code: 'unfit',
    message: 'a.json: expected at most 500 levels of nesting, found more',
  };
  expect(() => parseJson(nested(levels), 'a.json')).toThrow(expect.objectContaining(refused));
  expect(() => parseJsonSource(nested(levels), { origin: 'a.json' })).toThrow(refused.message);
});

test.each([
  ['500 levels', nested(500)],
  ['many siblings', `[${'[],{},'.repeat(10_000)}1]`],
  ['brackets in texts', JSON.stringify({ '[[{"\\': '['.repeat(10_000), b: '\\"[[' })],
  ['a very long text', JSON.stringify('x'.repeat(30_000_000))],
])('%s are not too deep', (_, text) => {
  expect(parseJson(text, 'a.json')).toEqual(JSON.parse(text));
});
