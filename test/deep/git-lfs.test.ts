/** A clone with git-lfs installed agrees with what `models commit` wrote without it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runGit, temporaryFolder } from '../support/git-version.ts';
import { createModelRepository } from '../support/model-repository.ts';

test('git-lfs finds pointers and bytes in order, and clones them', async () => {
  const repository = await createModelRepository();
  const committed = await repository.commitVersion();
  expect(committed.stderr).toBe('');
  // The filters of git-lfs itself, in a setting file of the test's own.
  const env = { GIT_CONFIG_GLOBAL: join(temporaryFolder(), '.gitconfig') };
  const git = (folder: string, ...args: string[]): string =>
    runGit(folder, args, { env }).toString();
  git('.', 'lfs', 'install', '--skip-repo');
  expect(git(repository.folder, 'lfs', 'fsck')).toContain('Git LFS fsck OK');
  expect(git(repository.folder, 'lfs', 'ls-files', '--name-only')).toBe('model.onnx\n');

  const clone = join(temporaryFolder(), 'clone');
  git('.', 'clone', '--quiet', `file://${repository.folder}`, clone);
  const [ours, theirs] = [repository.folder, clone].map((folder) =>
    readFileSync(join(folder, 'model.onnx')),
  );
  expect(theirs?.equals(ours as Buffer)).toBe(true);
  expect(git(clone, 'status', '--porcelain')).toBe('');
});
