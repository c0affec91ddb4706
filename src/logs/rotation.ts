/** A log file and its older generations: `server.log`, `server.log.1`, `server.log.2`, … */
import { type FileHandle, open, stat } from 'node:fs/promises';

/** One file; its path is the one at which it was found, since rotation renames it. */
export interface Generation {
  readonly path: string;
  readonly inode: bigint;
  readonly modifiedMs: number;
}

/** While files are renamed, the oldest first, one number is missing for a moment. */
const MAX_MISSING = 2;

/**
 * The existing files, newest first.
 *
 * Files are renamed to higher numbers only, and the search goes upwards: a file that is renamed meanwhile
 * may be found twice, which is corrected, but is never missed.
 */
export async function generationsOf(path: string): Promise<Generation[]> {
  const found = new Map<bigint, Generation>();
  for (let number = 0, missing = 0; missing < MAX_MISSING; number += 1) {
    const generation = await generationAt(number === 0 ? path : `${path}.${number}`);
    missing = generation || number === 0 ? 0 : missing + 1;
    if (generation) {
      found.delete(generation.inode);
      found.set(generation.inode, generation);
    }
  }
  return [...found.values()];
}

/** @returns undefined where the file does not exist. */
async function generationAt(path: string): Promise<Generation | undefined> {
  const stats = await stat(path, { bigint: true }).catch(unlessMissing);
  return stats && { path, inode: stats.ino, modifiedMs: Number(stats.mtimeMs) };
}

/** An open file of the log. */
export interface LogFile {
  readonly handle: FileHandle;
  readonly inode: bigint;
}

/**
 * Opens the file that `choose` returns from the generations, newest first.
 *
 * @returns undefined where it returns none.
 */
export async function openGeneration(
  path: string,
  choose: (generations: readonly Generation[]) => Generation | undefined,
): Promise<LogFile | undefined> {
  for (;;) {
    const chosen = choose(await generationsOf(path));
    if (!chosen) {
      return undefined;
    }
    const handle = await open(chosen.path).catch(unlessMissing);
    if (handle) {
      const { ino: inode } = await handle.stat({ bigint: true });
      if (inode === chosen.inode) {
        return { handle, inode };
      }
      // It was renamed between the search and the opening: search again.
      await handle.close();
    }
  }
}

/**
 * Opens the file that follows another one.
 *
 * A file that is no longer found was deleted, compressed, or renamed to something else than a number: then
 * the file with the log's own name follows it.
 *
 * @returns undefined where it does not exist yet.
 */
export async function openSuccessor(path: string, inode: bigint): Promise<LogFile | undefined> {
  if ((await generationAt(path))?.inode === inode) {
    return undefined;
  }
  return openGeneration(path, (generations) => {
    const at = generations.findIndex((generation) => generation.inode === inode);
    return at < 0
      ? generations.find((generation) => generation.path === path)
      : generations[at - 1];
  });
}

export function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') {
    throw error;
  }
}
