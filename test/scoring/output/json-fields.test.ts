import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fieldsOf } from '../../../src/scoring/output/json-fields.ts';

test('has texts, and everything else as it was written', () => {
  const json =
    ' { "id" : 12345678901234567890.10, "a\\"b":"x\\n,}", "none":null, "list": [ 1, {"c": ":"} ] , "no":[],"id":2}';
  expect([...fieldsOf(json)]).toEqual([
    ['id', '2'],
    ['a"b', 'x\n,}'],
    ['none', ''],
    ['list', '[ 1, {"c": ":"} ]'],
    ['no', '[]'],
  ]);
  expect([...fieldsOf('{ }')]).toEqual([]);
});

test('has the fields of any object', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(2), (object, indent) => {
      const expected = Object.keys(object).map((name) => {
        const value: unknown = JSON.parse(JSON.stringify(object[name]));
        return [name, value === null ? '' : value];
      });
      const found = [...fieldsOf(JSON.stringify(object, null, indent))].map(([name, cell]) => [
        name,
        typeof object[name] === 'string' || cell === '' ? cell : JSON.parse(cell),
      ]);
      expect(found).toEqual(expected);
    }),
  );
});

test('may be nested as deep as a row is long', () => {
  const deep = `${'['.repeat(130_000)}${']'.repeat(130_000)}`;
  expect(fieldsOf(`{"text":"a","deep":${deep}}`).get('deep')).toBe(deep);
});
