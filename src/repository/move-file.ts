/** Renames a file, also where it comes from another file system: a working tree can be on another one than `.git`. */
import { randomUUID } from 'node:crypto';
import { copyFile, rename as renameFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { hasSystemCode } from '../errors.ts';

/**
 * The target is the old file or the whole new one at any time.
 *
 * @param rename as the system does it.
 * @throws the system's error.
 */
export async function moveFile(
  source: string,
  target: string,
  rename: typeof renameFile = renameFile,
): Promise<void> {
  try {
    await rename(source, target);
  } catch (error) {
    if (!hasSystemCode(error, 'EXDEV')) {
      throw error;
    }
    const copy = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
    try {
      await copyFile(source, copy);
      await rename(copy, target);
    } finally {
      await rm(copy, { force: true });
    }
    await rm(source, { force: true });
  }
}
