// Options that the programs of this folder share.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readWorkload } from './pod.mjs';

const SHARED = {
  network: { type: 'string' },
  secret: { type: 'string', multiple: true, default: [] },
  set: { type: 'string', multiple: true, default: [] },
};

/**
 * @param options further ones, as for `parseArgs`.
 * @returns the workload of the manifest that the command line names, and the options' values.
 */
export function readCommandLine(options) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { ...SHARED, ...options },
  });
  if (positionals.length !== 1) {
    console.error('expected one manifest, such as deploy/kubernetes/base.yaml');
    process.exit(2);
  }
  const secrets = Object.fromEntries(
    values.secret.map(splitOption).map(([name, folder]) => [name, readFolder(folder)]),
  );
  const workload = readWorkload(readFileSync(positionals[0], 'utf8'), secrets);
  Object.assign(workload.pod.container.env, Object.fromEntries(values.set.map(splitOption)));
  return { workload, values };
}

function splitOption(text) {
  const [name, ...value] = text.split('=');
  return [name, value.join('=')];
}

function readFolder(folder) {
  const names = readdirSync(folder);
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
