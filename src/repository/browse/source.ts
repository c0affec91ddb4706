/** Where the history is read from: a repository, which may change while it is read. */
import { stat } from 'node:fs/promises';
import { hasCode } from '../../version/errors.ts';
import { openRepository, type Repository } from '../git.ts';

export interface RepositorySource {
  /**
   * Runs work with the repository as it is now; undefined where there is none, or git is not installed.
   *
   * @throws GitError or ModelError where it can't be read.
   */
  use<T>(work: (repository: Repository | undefined) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface Opened {
  /** What the file was when it was opened. */
  readonly stamp: string;
  readonly repository: Promise<Repository | undefined>;
  users: number;
  /** Another one has taken its place. */
  isRetired: boolean;
}

/**
 * Opens a repository when it is first used. A bundle is opened anew when its file has changed: git reads a clone
 * of it. git itself sees every change of a clone.
 *
 * @param location a clone or a bundle; undefined where there is no repository.
 */
export function createRepositorySource(location: string | undefined): RepositorySource {
  let current: Opened | undefined;

  const retire = async (opened: Opened): Promise<void> => {
    opened.isRetired = true;
    if (opened.users === 0) {
      await closeOpened(opened);
    }
  };
  /** The repository as it is now, held until its user has ended. */
  const acquire = async (path: string): Promise<Opened> => {
    const stamp = await stampOf(path);
    const before = current;
    const opened = before?.stamp === stamp ? before : start(path, stamp);
    opened.users++;
    if (before && before !== opened) {
      await retire(before);
    }
    return opened;
  };
  const start = (path: string, stamp: string): Opened => {
    const opened = { stamp, repository: open(path, stamp), users: 0, isRetired: false };
    // What can't be opened now may be there at the next attempt.
    opened.repository.catch(() => {
      current = current === opened ? undefined : current;
    });
    current = opened;
    return opened;
  };

  return {
    async use(work) {
      if (location === undefined) {
        return work(undefined);
      }
      const opened = await acquire(location);
      try {
        return await work(await opened.repository);
      } finally {
        opened.users--;
        if (opened.isRetired && opened.users === 0) {
          await closeOpened(opened);
        }
      }
    },
    async close() {
      if (current) {
        await retire(current);
      }
    },
  };
}

async function closeOpened({ repository }: Opened): Promise<void> {
  const opened = await repository.catch(() => undefined);
  await opened?.close();
}

const MISSING = 'missing';

/** Another text for each content of a file; a folder has always the same. */
async function stampOf(location: string): Promise<string> {
  const stats = await stat(location).catch(() => undefined);
  if (!stats) {
    return MISSING;
  }
  return stats.isFile() ? `${stats.ino}:${stats.size}:${stats.mtimeMs}` : 'folder';
}

async function open(location: string, stamp: string): Promise<Repository | undefined> {
  if (stamp === MISSING) {
    return undefined;
  }
  try {
    return await openRepository(location);
  } catch (error) {
    // Without git, as in a container image, stores still work.
    if (hasCode(error, 'tool-missing')) {
      return undefined;
    }
    throw error;
  }
}
