/** Changes a file of a working tree: one process after the other, so that none undoes the change of another. */
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { hasSystemCode, isSystemError } from '../errors.ts';
import { ModelError } from '../version/errors.ts';
import type { Repository } from './git.ts';
import { moveFile } from './move-file.ts';

/** A change takes milliseconds. */
const MAX_WAIT_MS = 10_000;
const RETRY_MS = 20;

/**
 * Replaces the content of a file, which is whole at any time. As in git, the new content is first in a file of a
 * fixed name, which only one process can create.
 *
 * @param path of the file in the working tree.
 * @param edit makes the new content of the present one, which is undefined where there is no such file.
 * @throws ModelError `conflict` where another process does not end its change; what `edit` throws.
 */
export async function editFile(
  { folder, git }: Pick<Repository, 'folder' | 'git'>,
  path: string,
  edit: (before: string | undefined) => string,
): Promise<void> {
  const target = join(folder, path);
  const name = `tweet-sentiment-${path.replaceAll('/', '-')}.lock`;
  const lock = (await git('rev-parse', '--path-format=absolute', '--git-path', name)).trimEnd();
  const file = await createLock(lock, path);
  try {
    try {
      await file.writeFile(edit(await readIfPresent(target)));
      await file.sync();
    } finally {
      await file.close();
    }
    await mkdir(dirname(target), { recursive: true });
    await moveFile(lock, target);
  } catch (error) {
    await rm(lock, { force: true });
    if (isSystemError(error)) {
      // Of an open file, as on a full disk, it has no name.
      error.path ??= target;
    }
    throw error;
  }
}

async function createLock(lock: string, path: string): ReturnType<typeof open> {
  for (const start = Date.now(); ; ) {
    try {
      return await open(lock, 'wx');
    } catch (error) {
      if (!hasSystemCode(error, 'EEXIST')) {
        throw error;
      }
    }
    if (Date.now() - start > MAX_WAIT_MS) {
      throw new ModelError(
        'conflict',
        `${path} is being changed by another process. If there is none, it was killed: remove ${lock}`,
      );
    }
    await setTimeout(RETRY_MS);
  }
}

/** The text of a file; undefined where there is none. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (hasSystemCode(error, 'ENOENT')) {
      return undefined;
    }
    throw error;
  });
}
