/** docs/reference has the JSON Schema of each file; `npx vitest run test/docs/json-schemas.test.ts -u` writes them. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { jsonSchemas, referencePage } from '../../src/artifacts/json-schemas.ts';
import { ROOT } from '../support/server.ts';
import { codeSpans, listFiles, readDocument } from './markdown.ts';

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
});
