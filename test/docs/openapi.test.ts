/**
 * docs/openapi.json is the interface with the default limits;
 * `npx vitest run test/docs/openapi.test.ts -u` writes it. The client's types are made of it.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { openApiDocument } from '../../src/api/openapi/document.ts';
import { OPERATIONS } from '../../src/api/operations.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { ROOT } from '../support/server.ts';

const DOCUMENT = join(ROOT, 'docs/openapi.json');
const TYPES = join(ROOT, 'src/client/schema.ts');

test('docs/openapi.json is the description of a server with default settings', async () => {
  const limit = (setting: keyof typeof SETTINGS) => Number(SETTINGS[setting].fallback);
  const document = openApiDocument({
    operations: Object.values(OPERATIONS),
    deployment: {
      ...{ maxInputs: limit('maxInputs'), maxChars: limit('maxChars'), maxBody: limit('maxBody') },
      ...{ modelName: 'tweet-sentiment', labels: [] },
      ...{ commit: undefined, otherCommit: undefined, predictionId: undefined },
    },
    version: manifest.version,
  });
  await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot(DOCUMENT);
});

test('the types of the client are made of docs/openapi.json: npm run client-types', () => {
  const digest = createHash('sha256').update(readFileSync(DOCUMENT)).digest('hex');
  expect(readFileSync(TYPES, 'utf8')).toContain(digest);
});
