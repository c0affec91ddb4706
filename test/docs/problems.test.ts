/** docs/reference/problems.md lists the problems: all of them and no others, and what a client may send again. */
import { expect, test } from 'vitest';
import { PROBLEMS, type ProblemCode, problemType } from '../../src/api/problem.ts';
import { NOTHING_DONE } from '../../src/client/retry.ts';
import { assertTexts } from '../../src/serving/input-limits.ts';
import { codeSpans, readDocument, tableRows } from './markdown.ts';

const page = readDocument('docs/reference/problems.md');
const rows = tableRows(page, 'status');
const codes = Object.keys(PROBLEMS) as ProblemCode[];

test('lists each problem with its status', () => {
  const documented = rows.flatMap(([status, types = '']) =>
    codeSpans(types).map((type) => `${status} ${type}`),
  );
  const expected = codes.map((code) => `${PROBLEMS[code][0]} ${problemType(code)}`);
  expect(documented.sort()).toEqual(expected.sort());
});

test('lists the problems in the order of their statuses', () => {
  const statuses = rows.map(([status]) => Number(status));
  expect(statuses).toEqual([...statuses].sort());
});

test('says what to do, and to send again what the client sends again', () => {
  expect(rows.filter(([, , , what]) => !what)).toEqual([]);
  const again = rows
    .filter(([, , , what]) => what?.startsWith('again after `Retry-After`'))
    .flatMap(([, types = '']) => codeSpans(types));
  expect(again.sort()).toEqual([...NOTHING_DONE].sort());
});

test('has the types of 429, with the reasons of the metric', () => {
  const types = tableRows(page, 'type').flatMap(([type = '']) => codeSpans(type));
  const expected = codes.filter((code) => PROBLEMS[code][0] === 429).map(problemType);
  expect(types.sort()).toEqual(expected.sort());
});

test('its example is a problem as the server writes it', () => {
  const [, json = ''] = /^\$ curl .*\n(\{.*\})$/m.exec(page) ?? [];
  const { detail, ...rest } = JSON.parse(json);
  const [status, title] = PROBLEMS['empty-text'];
  expect(rest).toEqual({ type: problemType('empty-text'), title, status });
  expect(() => assertTexts([''], { maxInputs: 1, maxChars: 1 })).toThrow(
    expect.objectContaining({ message: detail }),
  );
});
