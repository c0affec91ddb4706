/** `models commit`: makes a version out of a working tree. */
import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '../version/errors.ts';
import { requireComplete } from './completeness.ts';
import type { Repository } from './git.ts';
import { parsePointer } from './lfs.ts';

export interface CommitOptions {
  readonly message: string;
  /** Where the data lie that `data/datasets.json` names. */
  readonly dataFolder: string;
  /** How git is to run this command line as a filter: git's `filter.<name>.clean`. */
  readonly lfsClean: string;
  /** Loads the model and compares its scores with `golden.json`; throws where they differ. */
  readonly checkModel: (files: ReadonlyMap<string, Buffer>) => Promise<void>;
}

/**
 * Commits the working tree, weights as git-lfs pointers, once every ingredient is there and true.
 * Concludes a merge where one is under way.
 *
 * @returns the full SHA.
 * @throws ModelError `unfit` naming all that is missing or wrong; nothing is committed then.
 */
export async function commitVersion(
  repository: Repository,
  { message, dataFolder, lfsClean, checkModel }: CommitOptions,
): Promise<string> {
  if (!repository.hasWorkTree) {
    throw new ModelError('bad-reference', `${repository.location} has no working tree to commit`);
  }
  const files = await readWorkTree(repository);
  await requireComplete(files, dataFolder);
  await requireLfs(repository);
  await checkModel(files);
  // Where git-lfs is installed, its own filter process comes before this one; both do the same.
  const lfs = ['-c', `filter.lfs.clean=${lfsClean}`, '-c', 'filter.lfs.required=true'];
  await repository.gitBytes([...lfs, 'add', '--all']);
  await repository.gitBytes(['commit', '--quiet', '--file=-'], message);
  return (await repository.git('rev-parse', 'HEAD')).trim();
}

/** All files that git would commit. @throws ModelError `unfit` for what can't be in a version. */
async function readWorkTree({ folder, git }: Repository): Promise<ReadonlyMap<string, Buffer>> {
  const listed = await git('ls-files', '-z', '--cached', '--others', '--exclude-standard');
  const files = new Map<string, Buffer>();
  for (const path of new Set(listed.split('\0').filter(Boolean))) {
    const stats = await lstat(join(folder, path)).catch(() => undefined);
    if (!stats) {
      continue;
    }
    if (!stats.isFile() || stats.mode & 0o111) {
      throw new ModelError(
        'unfit',
        `${path}: only regular files that can't be executed make a version`,
      );
    }
    const bytes = await readFile(join(folder, path));
    if (parsePointer(bytes)) {
      throw new ModelError(
        'unfit',
        `${path} is a git-lfs pointer here: its bytes are missing, \`git lfs pull\` fetches them`,
      );
    }
    files.set(path, bytes);
  }
  return files;
}

async function requireLfs({ git }: Repository): Promise<void> {
  const attribute = await git('check-attr', '-z', 'filter', 'model.onnx');
  if (attribute.split('\0')[2] !== 'lfs') {
    throw new ModelError(
      'unfit',
      '.gitattributes: model.onnx is not for git-lfs; `models init` makes it so',
    );
  }
}
