/** The shipped history: plain git gives what the server serves, under the same SHA. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isFullSha, lfsPointer } from '../../src/version/git-objects.ts';
import { sizeOf } from '../../src/version/manifest.ts';
import { openStore } from '../../src/version/stores/open.ts';
import { openVersion, readVersion } from '../../src/version/version.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { MODEL, PINNED } from '../support/pinned.ts';
import { ROOT } from '../support/server.ts';

const clone = join(temporaryFolder(), 'clone');
const git = (...args: string[]): Buffer =>
  execFileSync('git', args, {
    maxBuffer: 1024 ** 3,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A bundle has no server for git-lfs to fetch the weights from.
    env: { ...process.env, GIT_LFS_SKIP_SMUDGE: '1' },
  });
git('clone', '--quiet', join(ROOT, 'models', `${MODEL}.bundle`), clone);

test('git finds nothing wrong with it', () => {
  expect(git('-C', clone, 'fsck', '--strict', '--full').toString()).toBe('');
});

test('the pinned version is in a branch, and the baseline before it', () => {
  const history = git('-C', clone, 'log', '--format=%H', PINNED).toString().trim().split('\n');
  expect(history).toContain(PINNED);
  expect(history.length).toBeGreaterThanOrEqual(2);
});

test('every version in the store has the files of its commit', async () => {
  const shas = readdirSync(join(ROOT, 'models', MODEL)).filter(isFullSha);
  expect(shas).toContain(PINNED);
  const store = openStore(join(ROOT, 'models'));
  for (const sha of shas) {
    const version = await openVersion(store, MODEL, sha);
    const files = await readVersion(store, version);
    const paths = git('-C', clone, 'ls-tree', '-r', '-z', '--name-only', sha).toString();
    expect(version.files.map(({ path }) => path)).toEqual(paths.split('\0').filter(Boolean));
    for (const { path, lfs } of version.files) {
      const inGit = git('-C', clone, 'cat-file', 'blob', `${sha}:${path}`);
      expect(lfs ? lfsPointer(lfs.oid, lfs.size) : files.get(path)).toEqual(inGit);
    }
  }
});

// Who has git-lfs installed would commit pointers here: CONTRIBUTING.md tells how not to.
test.runIf(existsSync(join(ROOT, '.git')))(
  'the project has weights in git, no pointers',
  async () => {
    const store = openStore(join(ROOT, 'models'));
    for (const sha of readdirSync(join(ROOT, 'models', MODEL)).filter(isFullSha)) {
      for (const file of (await openVersion(store, MODEL, sha)).files) {
        const path = `models/${MODEL}/${sha}/${file.path}`;
        const size = Number(git('-C', ROOT, 'cat-file', '-s', `:${path}`));
        expect(size, path).toBe(sizeOf(file));
      }
    }
  },
);

test('no tweet and no address of a package registry is in it', () => {
  const paths = git('-C', clone, 'ls-tree', '-r', '-z', '--name-only', PINNED).toString();
  for (const path of paths.split('\0').filter((name) => /^(?:data|environment)\//.test(name))) {
    const text = readFileSync(join(clone, path), 'utf8');
    expect(text).not.toMatch(/https?:\/\/[^\s]*(?:pypi|simple|mirror)/);
  }
  expect(paths).not.toMatch(/\.tsv|\.csv/);
});
