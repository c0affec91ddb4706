// Writes the types of the client, src/client/schema.ts, from docs/openapi.json:
//
//   npm run client-types
//
// openapi-typescript needs the API of TypeScript 5, which this project's does not have: both are fetched for this
// run only.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TARGET = process.argv[2] ?? join(ROOT, 'src/client/schema.ts');
const PACKAGES = ['openapi-typescript@7.13.0', 'typescript@5.9.3'];

const bytes = readFileSync(join(ROOT, 'docs/openapi.json'));
const digest = createHash('sha256').update(bytes).digest('hex');
const folder = mkdtempSync(join(tmpdir(), 'client-types-'));
try {
  const document = join(folder, 'openapi.json');
  const types = join(folder, 'schema.ts');
  writeFileSync(document, JSON.stringify(JSON.parse(bytes.toString()), dropRules));
  const packages = PACKAGES.flatMap((name) => ['--package', name]);
  execFileSync('npx', ['--yes', ...packages, 'openapi-typescript', document, '--output', types], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const generated = readFileSync(types, 'utf8').replace(/^\/\*\*[\s\S]*?\*\/\n/, '');
  const header =
    '/** Generated from docs/openapi.json by `npm run client-types`: do not edit. */\n' +
    `// sha256 of docs/openapi.json: ${digest}\n\n`;
  writeFileSync(TARGET, header + generated);
} finally {
  rmSync(folder, { recursive: true });
}

/** Rules beside the shape of an object or an array, such as equal lengths, are no types. */
function dropRules(_key, value) {
  if (value?.properties !== undefined || value?.items !== undefined) {
    const { anyOf: _anyOf, allOf: _allOf, ...shape } = value;
    return shape;
  }
  return value;
}
