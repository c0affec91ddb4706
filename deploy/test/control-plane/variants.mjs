// Writes the variants of values that the tests of the chart render into a folder, a file each.
//
//   node variants.mjs FOLDER
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'rolldown';

const folder = process.argv[2];
const matrix = join(import.meta.dirname, '..', '..', '..', 'test', 'deep', 'chart', 'matrix.ts');

mkdirSync(folder);
const file = join(folder, 'matrix.mjs');
await build({ input: matrix, output: { file } });
const { MATRIX } = await import(pathToFileURL(file).href);
for (const [name, values] of Object.entries(MATRIX)) {
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(values));
}
