/** docs/reference/http.md lists the problems with their statuses, all of them and no others. */
import { expect, test } from 'vitest';
import { PROBLEMS } from '../../src/api/problem.ts';
import { codeSpans, readDocument, tableRows } from './markdown.ts';

test('docs/reference/http.md lists each problem with its status', () => {
  const documented = tableRows(readDocument('docs/reference/http.md'), 'status').flatMap(
    ([status, types = '']) => codeSpans(types).map((type) => `${status} ${type}`),
  );
  const expected = Object.entries(PROBLEMS).map(
    ([code, [status]]) => `${status} /problems/${code}`,
  );
  expect(documented.sort()).toEqual(expected.sort());
});
