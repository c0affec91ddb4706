/** Puts the bytes of git-lfs files in the place of their pointers in a working tree. */
import { copyFile, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../../errors.ts';
import type { Repository } from '../git.ts';
import { objectPath, parsePointer } from '../lfs.ts';
import { GitError } from '../run-git.ts';
import type { LfsFile } from './pointers.ts';
import { withTransferDirectory } from './transfer.ts';

/**
 * Replaces each file of the working tree that is the pointer of one of the files. Any other content is the user's
 * own work, and left as it is.
 *
 * @returns the paths of the files that were replaced.
 */
export async function checkOutFiles(
  repository: Repository,
  files: readonly LfsFile[],
): Promise<string[]> {
  const paths: string[] = [];
  await withTransferDirectory(repository.lfsFolder, async (staging) => {
    for (const { path, oid } of files) {
      const target = join(repository.folder, path);
      if ((await pointerAt(target)) === oid) {
        const temporary = join(staging, oid);
        await copyFile(objectPath(repository.lfsFolder, oid), temporary);
        await rename(temporary, target);
        paths.push(path);
      }
    }
  });
  if (paths.length > 0) {
    await refreshIndex(repository);
  }
  return paths;
}

async function pointerAt(path: string): Promise<string | undefined> {
  try {
    return parsePointer(await readFile(path))?.oid;
  } catch (error) {
    if (isSystemError(error)) {
      return undefined;
    }
    throw error;
  }
}

/** git compares the content through its filter, and then knows that the files are not changed. */
async function refreshIndex({ git }: Repository): Promise<void> {
  try {
    await git('update-index', '-q', '--refresh');
  } catch (error) {
    // Another file has changed, or the clone has no filter for git-lfs: `models init` registers one.
    if (!(error instanceof GitError)) {
      throw error;
    }
  }
}
