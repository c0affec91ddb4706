import { expect, test } from 'vitest';
import { createRowFormat } from '../../../src/scoring/output/format-rows.ts';
import { CLASSIFICATION, placed } from '../rows.ts';

const labels = ['negative', 'positive'];
const csv = createRowFormat('csv', { labels, prefix: '' });
const jsonl = createRowFormat('jsonl', { labels, prefix: '' });

const scored = (values: Parameters<typeof placed>[0], error?: string) => ({
  row: placed(values),
  classification: error === undefined ? CLASSIFICATION : undefined,
  error,
});

test('CSV has the columns of the input, then its own', () => {
  expect(csv.header(['id', 'the "text"'])).toBe(
    'id,"the ""text""",label,score,score_negative,score_positive,language,truncated,error\n',
  );
  const row = scored({ kept: { cells: ['1', 'a, "b"\nc'] } });
  expect(csv.line(row, ['id', 'text'])).toBe(
    '1,"a, ""b""\nc",positive,0.912346,0.087654,0.912346,en,false,\n',
  );
});

test('an error has no label', () => {
  expect(csv.line(scored({ kept: { cells: ['1'] } }, 'bad'), ['id'])).toBe('1,,,,,,,bad\n');
  expect(csv.line(scored({ kept: undefined }, 'bad'), ['id'])).toBe(',,,,,,,bad\n');
  expect(jsonl.line(scored({ kept: undefined }, 'bad'), ['id'])).toBe('{"error":"bad"}\n');
});

test('JSON is kept as it was written', () => {
  const line = jsonl.line(
    scored({ kept: { json: '{"id": 9007199254740993, "a": {"b": [1.0]} }' } }),
    [],
  );
  expect(line).toBe(
    '{"id": 9007199254740993, "a": {"b": [1.0]},"label":"positive","score":0.912346,' +
      '"scores":{"negative":0.087654,"positive":0.912346},"language":"en"}\n',
  );
  expect(jsonl.line(scored({ kept: { json: '{ }' } }, 'bad'), [])).toBe('{"error":"bad"}\n');
});

test('cells become fields of JSON', () => {
  const line = jsonl.line(scored({ kept: { cells: ['1', '"x"'] } }, 'bad'), ['id', 'text']);
  expect(JSON.parse(line)).toEqual({ id: '1', text: '"x"', error: 'bad' });
});

test('a truncated text is marked', () => {
  const row = { ...scored({}), classification: { ...CLASSIFICATION, truncated: true } };
  expect(JSON.parse(jsonl.line(row, ['text']))).toMatchObject({ truncated: true });
  expect(csv.line(row, ['text'])).toContain(',true,');
});

test('fields of JSON become cells, with all digits', () => {
  const kept = { json: '{"id":9007199254740993,"text":"a","tags":["b", 1.0],"none":null}' };
  expect(csv.line(scored({ kept }, 'bad'), ['id', 'text', 'tags', 'none', 'other'])).toBe(
    '9007199254740993,a,"[""b"", 1.0]",,,,,,,,,bad\n',
  );
  expect(csv.problemOf(placed({ kept }), ['id', 'text', 'tags'])).toBe(
    'the row has a field "none", which the first row does not have: --output-format jsonl keeps it',
  );
  expect(jsonl.problemOf(placed({ kept }), [])).toBeUndefined();
});

test('a prefix is before every name of its own', () => {
  const options = { labels, prefix: 'model_' };
  expect(createRowFormat('csv', options).header(['label'])).toBe(
    'label,model_label,model_score,model_score_negative,model_score_positive,model_language,model_truncated,model_error\n',
  );
  const row = scored({ kept: { json: '{"label":1}' } });
  expect(Object.keys(JSON.parse(createRowFormat('jsonl', options).line(row, [])))).toEqual([
    ...['label', 'model_label', 'model_score', 'model_scores', 'model_language'],
  ]);
});
