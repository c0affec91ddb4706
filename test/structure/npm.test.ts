/** npm runs no install script, and prints no warning about this project's settings. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import lock from '../../package-lock.json' with { type: 'json' };
import { ROOT } from '../support/server.ts';

test('no install script runs: that of ONNX Runtime downloads CUDA libraries', () => {
  expect(readFileSync(join(ROOT, '.npmrc'), 'utf8').split('\n')).toContain('ignore-scripts=true');
  const withScript = Object.entries(lock.packages as Record<string, object>)
    .filter(([, entry]) => 'hasInstallScript' in entry)
    .map(([path]) => path.replace(/^.*node_modules\//, ''));
  // The others work without theirs; check a new one before you add it.
  expect(withScript).toEqual(Object.keys(manifest.allowScripts));
});

test('no script depends on one before or after it, which npm then does not run', () => {
  const names = Object.keys(manifest.scripts);
  expect(names.filter((name) => /^(pre|post)/.test(name))).toEqual([]);
});

test('the lock file has the version of the project, and no address of a registry', () => {
  expect([lock.version, lock.packages[''].version]).toEqual([manifest.version, manifest.version]);
  expect(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).not.toContain('"resolved"');
});

test('the files that the package lists are there, but for what the build writes', () => {
  const listed = manifest.files.filter((name) => name !== 'dist');
  expect(listed.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
});

test('npm knows every setting of the project', () => {
  const { status, stderr } = spawnSync('npm', ['pkg', 'get', 'name'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  expect(stderr).not.toContain('Unknown project config');
});
