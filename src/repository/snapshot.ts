/**
 * What git would commit now, as git would store it: attributes and settings such as `core.autocrlf` change
 * bytes on their way from the working tree.
 */
import { copyFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '../version/errors.ts';
import type { TreeFile } from '../version/git-objects.ts';
import { createTemporaryDirectory } from '../version/staging.ts';
import type { Repository } from './git.ts';
import { listTree, readTree, type TreeContent, type TreeEntry } from './objects.ts';

export interface Snapshot extends TreeContent {
  /** The id of the tree that the commit would have. */
  readonly tree: string;
  readonly entries: readonly TreeEntry[];
}

/**
 * Stages the whole working tree in an index of its own, which is removed afterwards, and reads the result.
 *
 * @param lfsClean the command that git runs as a filter: `filter.lfs.clean`.
 * @throws ModelError `unfit` for a file that can't be part of a version.
 */
export async function takeSnapshot(repository: Repository, lfsClean: string): Promise<Snapshot> {
  if (!repository.hasWorkTree) {
    throw new ModelError(
      'bad-reference',
      `${repository.location} is a bare repository: expected one with a working tree`,
    );
  }
  const folder = await createTemporaryDirectory();
  try {
    const index = join(folder.path, 'index');
    await copyIndex(repository, index);
    const staging = repository.withVariables({ GIT_INDEX_FILE: index });
    const tree = await stageWorkTree(staging, lfsClean);
    const entries = await listTree(repository, tree);
    assertRegularFiles(entries);
    return { tree, entries, ...(await readTree(repository, entries)) };
  } finally {
    await folder.remove();
  }
}

/** Stages all files of the working tree. @returns the id of their tree. */
export async function stageWorkTree({ git }: Repository, lfsClean: string): Promise<string> {
  // Where git-lfs is installed, git prefers its filter process to this command; both do the same.
  const lfs = ['-c', `filter.lfs.clean=${lfsClean}`, '-c', 'filter.lfs.required=true'];
  await git(...lfs, 'add', '--all');
  return (await git('write-tree')).trim();
}

/** With the index, git reads only the files that have changed since. A new repository has none. */
async function copyIndex({ git }: Repository, target: string): Promise<void> {
  const path = await git('rev-parse', '--path-format=absolute', '--git-path', 'index');
  const source = path.trimEnd();
  try {
    await copyFile(source, target);
    // git reads a file that is not older than the index again: it may have changed unnoticed.
    const { atime, mtime } = await stat(source);
    await utimes(target, atime, mtime);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw error;
    }
  }
}

function assertRegularFiles(entries: readonly TreeFile[]): void {
  const others = entries.filter(({ mode }) => mode !== '100644');
  if (others.length > 0) {
    const lines = others.map(({ path, mode }) => {
      const help = mode === '100755' ? '; `chmod -x` changes it' : '';
      return `${path}: only regular files that can't be executed are allowed in a version${help}`;
    });
    throw new ModelError('unfit', lines.join('\n'));
  }
}
