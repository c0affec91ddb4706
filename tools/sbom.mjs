// Writes the bill of materials of this checkout, as CycloneDX 1.6: the npm packages of the lock file, the model that
// models/ pins, and the data sets that it was made from.
//
//   npm run sbom -- [file]    by default to standard output; needs a build, whose `models verify` proves the model
//
// An image has more, such as Debian's packages: release/sbom.sh writes its bill of materials.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copiedPackages, modelComponents } from './bill-parts.mjs';
import { productionLock } from './production-lock.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const readJson = (name) => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
const { devDependencies, ...manifest } = readJson('package.json');

const bill = npmBill();
bill.$schema = 'http://cyclonedx.org/schema/bom-1.6.schema.json';
bill.specVersion = '1.6';
// npm calls the project after its folder.
Object.assign(bill.metadata.component, { type: 'application', name: manifest.name });
const copied = copiedPackages(join(ROOT, 'dist'));
bill.components.push(...copied, ...modelComponents(pinnedVersion(join(ROOT, 'models'))));
const [model] = bill.components.filter(({ type }) => type === 'machine-learning-model');
bill.dependencies.push({
  ref: model['bom-ref'],
  dependsOn: model.modelCard.modelParameters.datasets.map(({ ref }) => ref),
});
bill.dependencies
  .find(({ ref }) => ref === bill.metadata.component['bom-ref'])
  .dependsOn.push(model['bom-ref'], ...copied.map((component) => component['bom-ref']));

const text = `${JSON.stringify(bill, null, 2)}\n`;
const [file] = process.argv.slice(2);
if (file) {
  writeFileSync(resolve(file), text);
} else {
  process.stdout.write(text);
}

/** @returns the folder of the version that a store pins. @throws unless every byte of it is proven. */
function pinnedVersion(store) {
  const models = readdirSync(store).filter((name) => existsSync(join(store, name, 'PINNED')));
  if (models.length !== 1) {
    throw new Error(
      `${store}: expected one model with PINNED, found ${models.join(', ') || 'none'}`,
    );
  }
  const [name] = models;
  const commit = readFileSync(join(store, name, 'PINNED'), 'utf8').trim();
  const args = ['models', 'verify', commit, '--model-store', store, '--model-name', name];
  execFileSync(process.execPath, [join(ROOT, 'dist/main.js'), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return join(store, name, commit);
}

/**
 * Of the lock file alone: what is installed here changes nothing. Not with `--omit dev`, which also leaves out what is
 * needed both for development and for production.
 */
function npmBill() {
  const folder = mkdtempSync(join(tmpdir(), 'sbom-'));
  try {
    const files = {
      'package.json': manifest,
      'package-lock.json': productionLock(readJson('package-lock.json')),
    };
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(folder, name), JSON.stringify(content));
    }
    const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
    return JSON.parse(execFileSync('npm', args, { cwd: folder, encoding: 'utf8' }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
