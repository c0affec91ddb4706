/** docs/reference has the JSON Schema of each file; `npx vitest run test/docs/json-schemas.test.ts -u` writes them. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { jsonSchemas, referencePage } from '../../src/artifacts/json-schemas.ts';
import { ruleOf, VERSION_FILES } from '../../src/artifacts/version-files.ts';
import { ROOT } from '../support/server.ts';
import { codeSpans, listFiles, readDocument, tableRows } from './markdown.ts';

const SCHEMAS = jsonSchemas();
// Before the first comparison, which may write one.
const FILES = listFiles('docs/reference');

describe('docs/reference', () => {
  test.each([...SCHEMAS])('has the schema of %s', async (path, schema) => {
    expect(schema).toMatchObject({ title: path, description: expect.any(String) });
    const text = `${JSON.stringify(schema, null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(join(ROOT, referencePage(path)));
  });

  test('has no other schema, and lists the files', () => {
    const pages = [...SCHEMAS.keys()].map(referencePage).sort();
    expect(FILES.filter((path) => path.endsWith('.json')).sort()).toEqual(pages);
    const listed = codeSpans(readDocument('docs/reference/README.md'));
    expect(listed).toEqual(expect.arrayContaining([...SCHEMAS.keys()]));
  });

  test('lists each file with its kind, and whether a version must have it', () => {
    const listed = tableRows(readDocument('docs/reference/README.md'), 'file').map(
      ([file = '', kind, required]) => [codeSpans(file)[0], kind, required],
    );
    const expected = Object.keys(VERSION_FILES).map((path) => [
      path,
      ruleOf(path)?.kind,
      ruleOf(path)?.isRequired ? 'yes' : '',
    ]);
    expect(listed).toEqual(expect.arrayContaining(expected));
    // The folder of the code, and the listing that only a published version has.
    expect(listed).toHaveLength(expected.length + 2);
  });
});
