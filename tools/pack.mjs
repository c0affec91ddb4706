// Packs the built command line as an archive for npm, with the versions of this checkout's lock file:
//
//   npm run pack -- [folder]    the archive is written there, by default to the current folder
//
// Of the archive, unpacked, `npm ci` installs npm-shrinkwrap.json, each package by its hash. `npm install` of
// the archive ignores that file (npm/cli#5325), so package.json lists all packages, each with its version.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { productionLock } from './production-lock.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
// npm adds them to every archive.
const ALWAYS_PACKED = ['README.md', 'LICENSE'];

const readJson = (name) => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
const target = resolve(process.argv[2] ?? '.');
const staging = mkdtempSync(join(tmpdir(), 'tweet-sentiment-'));
try {
  const { devDependencies, scripts, files: packed, ...manifest } = readJson('package.json');
  for (const name of [...packed, ...ALWAYS_PACKED]) {
    cpSync(join(ROOT, name), join(staging, name), { recursive: true });
  }
  const lock = productionLock(readJson('package-lock.json'));
  const { '': root, ...needed } = lock.packages;
  const dependencies = Object.fromEntries(Object.entries(needed).flatMap(topLevelDependency));
  root.dependencies = dependencies;
  manifest.dependencies = dependencies;
  const files = { 'package.json': manifest, 'npm-shrinkwrap.json': lock };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(staging, name), `${JSON.stringify(content, null, 2)}\n`);
  }
  const args = ['pack', '--silent', '--pack-destination', target];
  const name = execFileSync('npm', args, { cwd: staging, encoding: 'utf8' }).trim();
  process.stdout.write(`${join(target, name)}\n`);
} finally {
  rmSync(staging, { recursive: true });
}

/** @returns nothing for a package that another one has to itself, in another version. */
function topLevelDependency([path, { version }]) {
  const [, name, ...nested] = path.split('node_modules/');
  return nested.length === 0 ? [[name, version]] : [];
}
