// Prints what CHANGELOG.md has about a version, for the page of its release:
//
//   node tools/release-notes.mjs v1.0.0
//
// Fails where the tag is not the version of package.json, or the changelog has nothing about it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (name) => readFileSync(join(ROOT, name), 'utf8');

const [tag] = process.argv.slice(2);
const { version } = JSON.parse(read('package.json'));
const [, ...sections] = read('CHANGELOG.md').split(/^## /m);
const section = sections.find((text) => text.startsWith(`[${version}] - `));
const notes = section?.replace(/^.*\n/, '').trim();
if (tag !== `v${version}`) {
  fail(`expected the tag v${version}, the version of package.json, found ${tag}`);
} else if (!notes) {
  fail(`CHANGELOG.md has no section [${version}], or an empty one`);
} else {
  process.stdout.write(`${notes}\n`);
}

function fail(reason) {
  process.stderr.write(`release-notes: ${reason}\n`);
  process.exitCode = 1;
}
