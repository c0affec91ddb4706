/** docs/reference/http.md has what the code has. */
import { expect, test } from 'vitest';
import { EXPOSED_HEADERS } from '../../src/http/middleware/cross-origin.ts';
import { codeSpans, readDocument } from './markdown.ts';

test('lists the headers that pages of other origins may read', () => {
  const [, list = ''] = /and may read ([^.]*)\./.exec(readDocument('docs/reference/http.md')) ?? [];
  expect(codeSpans(list)).toEqual(EXPOSED_HEADERS);
});
