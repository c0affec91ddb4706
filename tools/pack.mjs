// Packs the built command line for `npm install`, with its dependencies pinned. npm ignores the
// package-lock.json of a dependency, but not an npm-shrinkwrap.json, which this makes of it.
//
//   npm run pack -- [folder]    the archive is written there, by default to the current folder
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COPIED = ['dist', 'LICENSE', 'NOTICE'];

const readJson = (name) => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
const target = resolve(process.argv[2] ?? '.');
const staging = mkdtempSync(join(tmpdir(), 'tweet-sentiment-'));
try {
  for (const name of COPIED) {
    cpSync(join(ROOT, name), join(staging, name), { recursive: true });
  }
  const { devDependencies, scripts, ...manifest } = readJson('package.json');
  const lock = readJson('package-lock.json');
  delete lock.packages[''].devDependencies;
  // npm would install what is needed for development only, if a lock file of a dependency lists it.
  const isNeeded = ([, { dev }]) => !dev;
  lock.packages = Object.fromEntries(Object.entries(lock.packages).filter(isNeeded));
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
