/** The shipped history: git has the same bytes under the same SHA as the store. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isFullSha, lfsPointer } from '../../src/version/git-objects.ts';
import { sizeOf } from '../../src/version/manifest.ts';
import { openStore } from '../../src/version/stores/open.ts';
import { openVersion, readVersion } from '../../src/version/version.ts';
import { readGitObjects, runGit, temporaryFolder } from '../support/git-version.ts';
import { MODEL, PINNED } from '../support/pinned.ts';
import { ROOT } from '../support/server.ts';

const clone = join(temporaryFolder(), 'clone');
// A bundle has no server from which git-lfs could fetch the weights.
const env = { GIT_LFS_SKIP_SMUDGE: '1' };
runGit('.', ['clone', '--quiet', join(ROOT, 'models', `${MODEL}.bundle`), clone], { env });
const git = (...args: string[]): string => runGit(clone, args, { env }).toString();

const shas = readdirSync(join(ROOT, 'models', MODEL)).filter(isFullSha);
const store = openStore(join(ROOT, 'models'));

test('git finds nothing wrong with it', () => {
  expect(git('fsck', '--strict', '--full')).toBe('');
});

test('the history of the pinned version contains it and the baseline', () => {
  const history = git('log', '--format=%H', PINNED).trim().split('\n');
  expect(history).toContain(PINNED);
  expect(history.length).toBeGreaterThanOrEqual(2);
});

test('every version in the store has the files of its commit', async () => {
  expect(shas).toContain(PINNED);
  for (const sha of shas) {
    const version = await openVersion(store, MODEL, sha);
    const files = await readVersion(store, version);
    const paths = git('ls-tree', '-r', '-z', '--name-only', sha).split('\0').filter(Boolean);
    expect(version.files.map(({ path }) => path)).toEqual(paths);
    const inGit = readGitObjects(
      clone,
      paths.map((path) => `${sha}:${path}`),
    );
    for (const [at, { path, lfs }] of version.files.entries()) {
      const shipped = lfs ? lfsPointer(lfs.oid, lfs.size) : (files.get(path) as Buffer);
      // `toEqual` needs a quarter of a minute for a tokenizer.
      expect(shipped.equals(inGit[at] as Buffer), path).toBe(true);
    }
  }
});

// With git-lfs installed, git would commit pointers here: see CONTRIBUTING.md.
test.runIf(existsSync(join(ROOT, '.git')))(
  'the project has weights in git, no pointers',
  async () => {
    for (const sha of shas) {
      const { files } = await openVersion(store, MODEL, sha);
      const names = files.map(({ path }) => `:models/${MODEL}/${sha}/${path}`);
      const input = names.join('\n');
      // The checkout may need a setting of the machine: `safe.directory`.
      const env = { GIT_CONFIG_GLOBAL: undefined, GIT_CONFIG_SYSTEM: undefined };
      const sizes = runGit(ROOT, ['cat-file', '--batch-check=%(objectsize)'], { input, env });
      expect(sizes.toString().trim().split('\n').map(Number)).toEqual(files.map(sizeOf));
    }
  },
);

test('no tweet and no address of a package registry is in it', () => {
  const paths = git('ls-tree', '-r', '-z', '--name-only', PINNED);
  for (const path of paths.split('\0').filter((name) => /^(?:data|environment)\//.test(name))) {
    expect(git('show', `${PINNED}:${path}`)).not.toMatch(/https?:\/\/[^\s]*(?:pypi|simple|mirror)/);
  }
  expect(paths).not.toMatch(/\.tsv|\.csv/);
});
