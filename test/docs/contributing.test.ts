/** CONTRIBUTING.md describes each part of src. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/server.ts';
import { codeSpans, readDocument, tableRows } from './markdown.ts';

test('CONTRIBUTING.md has a line for each part of src', () => {
  const documented = tableRows(readDocument('CONTRIBUTING.md'), 'part').map(
    ([part = '']) => codeSpans(part)[0],
  );
  const actual = readdirSync(join(ROOT, 'src')).map((name) => `src/${name}`);
  expect(documented.sort()).toEqual(actual.sort());
});
