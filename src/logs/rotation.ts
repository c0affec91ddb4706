/** A log file and its older generations: `server.log`, `server.log.1`, `server.log.2`, … */
import { type FileHandle, open, stat } from 'node:fs/promises';

/** One file, whatever it is called by now. */
export interface Generation {
  readonly path: string;
  readonly inode: bigint;
  readonly modifiedMs: number;
}

/** While files are renamed, oldest first, one number is missing for a moment. */
const GAP = 2;

/**
 * The files that there are, newest first.
 *
 * Files move to higher numbers only, and the search goes up: one that moves meanwhile may be seen
 * twice, which is undone, but is never missed.
 */
export async function generationsOf(path: string): Promise<Generation[]> {
  const found = new Map<bigint, Generation>();
  for (let number = 0, missing = 0; missing < GAP; number += 1) {
    const generation = await generationAt(number === 0 ? path : `${path}.${number}`);
    missing = generation || number === 0 ? 0 : missing + 1;
    if (generation) {
      found.delete(generation.inode);
      found.set(generation.inode, generation);
    }
  }
  return [...found.values()];
}

/** @returns undefined where there is no file. */
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
 * Opens the file that `choose` picks from the generations, newest first.
 *
 * @returns undefined where it picks none.
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
      // Renamed between the look and the opening: look again.
      await handle.close();
    }
  }
}

/**
 * Opens the file that continues another one.
 *
 * A file that is not found any more was deleted, compressed, or given another name than a number:
 * then it goes on with what has the log's own name.
 *
 * @returns undefined where there is none yet.
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
