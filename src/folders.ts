import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { hasSystemCode } from './errors.ts';

/**
 * Creates a folder and the folders above it. An existing one is left as it is.
 *
 * Not `mkdir` with `recursive`, which never returns for a folder that can't be created in `/proc`.
 *
 * @throws the system's error.
 */
export async function makeFolder(path: string, hasParent = false): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (isMissing && !hasParent && dirname(path) !== path) {
      await makeFolder(dirname(path));
      await makeFolder(path, true);
    } else if (!(await isFolder(path))) {
      throw error;
    }
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}

/** @returns undefined where the file does not exist. @throws the system's error otherwise. */
export async function readIfExists(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (hasSystemCode(error, 'ENOENT')) {
      return undefined;
    }
    throw error;
  });
}

/** A path as a message shows it: `.` and `../..` name nothing, so they are shown as absolute paths. */
export function shownPath(path: string): string {
  return /^[./\\]+$/.test(path) ? resolve(path) : path;
}
