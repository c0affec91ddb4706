/** Puts the bytes of git-lfs files in the place of their pointers in a working tree. */
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../../errors.ts';
import type { Repository } from '../git.ts';
import { objectPath, parsePointer } from '../lfs.ts';
import { moveFile } from '../move-file.ts';
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
  const replaced: LfsFile[] = [];
  await withTransferDirectory(repository.lfsFolder, async (staging) => {
    for (const file of files) {
      const { path, oid } = file;
      const target = join(repository.folder, path);
      if ((await pointerAt(target)) === oid) {
        const temporary = join(staging, oid);
        await copyFile(objectPath(repository.lfsFolder, oid), temporary);
        await moveFile(temporary, target);
        replaced.push(file);
      }
    }
  });
  if (replaced.length > 0) {
    await refreshIndex(repository, replaced);
  }
  return replaced.map(({ path }) => path);
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

/**
 * git takes a file of another size for a changed one. So the files are staged again, which changes nothing where a
 * filter turns their bytes into the pointer: a clone without one would stage the bytes themselves.
 */
async function refreshIndex(repository: Repository, files: readonly LfsFile[]): Promise<void> {
  const paths = files.map(({ path }) => path);
  const stored = await repository.git('hash-object', '--', ...paths);
  const ids = stored.trim().split('\n');
  const unchanged = paths.filter((_, index) => ids[index] === files[index]?.blob);
  if (unchanged.length > 0) {
    // A path such as `*.onnx` is that file only.
    await repository.git('--literal-pathspecs', 'add', '--', ...unchanged);
  }
}
