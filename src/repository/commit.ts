/** `models commit`: makes a version from a working tree. */
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '../version/errors.ts';
import { assertComplete } from './completeness.ts';
import type { Repository } from './git.ts';
import { parsePointer } from './lfs.ts';

export interface CommitOptions {
  readonly message: string;
  /** Contains the data that `data/datasets.json` lists by digest. */
  readonly dataFolder: string;
  /** The command that git runs as a filter: `filter.lfs.clean`. */
  readonly lfsClean: string;
  /** Loads the model and compares its scores with `golden.json`; throws where they differ. */
  readonly checkModel: (files: ReadonlyMap<string, Buffer>) => Promise<void>;
}

/**
 * Commits the working tree, weights as git-lfs pointers, if every ingredient is present and correct.
 * Completes a merge that is in progress.
 *
 * @returns the full SHA.
 * @throws ModelError `unfit`, naming everything that is missing or wrong; nothing is committed then.
 */
export async function commitVersion(
  repository: Repository,
  { message, dataFolder, lfsClean, checkModel }: CommitOptions,
): Promise<string> {
  if (!repository.hasWorkTree) {
    throw new ModelError('bad-reference', `${repository.location} has no working tree to commit`);
  }
  const files = await readWorkTree(repository);
  await assertComplete(files, dataFolder);
  await assertWeightsUseLfs(repository);
  await checkModel(files);
  // Where git-lfs is installed, git prefers its filter process to this command; both do the same.
  const lfs = ['-c', `filter.lfs.clean=${lfsClean}`, '-c', 'filter.lfs.required=true'];
  await repository.gitBytes([...lfs, 'add', '--all']);
  await repository.gitBytes(['commit', '--quiet', '--file=-'], message);
  return (await repository.git('rev-parse', 'HEAD')).trim();
}

/** All files that git would commit. @throws ModelError `unfit` for a file that can't be part of a version. */
async function readWorkTree({ folder, git }: Repository): Promise<ReadonlyMap<string, Buffer>> {
  const listed = await git('ls-files', '-z', '--cached', '--others', '--exclude-standard');
  const files = new Map<string, Buffer>();
  for (const path of new Set(listed.split('\0').filter(Boolean))) {
    const stats = await lstat(join(folder, path)).catch(() => undefined);
    if (!stats) {
      // Removed from the working tree since the last commit.
      continue;
    }
    if (!stats.isFile() || stats.mode & 0o111) {
      throw new ModelError(
        'unfit',
        `${path}: only regular files that can't be executed are allowed in a version`,
        { data: { path } },
      );
    }
    const bytes = await readFile(join(folder, path));
    if (parsePointer(bytes)) {
      throw new ModelError(
        'unfit',
        `${path} is a git-lfs pointer here: its bytes are missing, \`git lfs pull\` fetches them`,
        { data: { path } },
      );
    }
    files.set(path, bytes);
  }
  return files;
}

async function assertWeightsUseLfs({ git }: Repository): Promise<void> {
  const attribute = await git('check-attr', '-z', 'filter', 'model.onnx');
  if (attribute.split('\0')[2] !== 'lfs') {
    throw new ModelError(
      'unfit',
      '.gitattributes: model.onnx is not for git-lfs; `models init` adds the missing line',
    );
  }
}
