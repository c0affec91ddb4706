/** Where versions lie. Every store has the same layout: `<store>/<model>/<sha>/<path>`. */
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { ModelError } from './errors.ts';

export interface Store {
  /** As the setting names it, for messages. */
  readonly location: string;
  /**
   * Reads one file whole. Nothing is allocated for a file that is larger than `maxBytes`.
   *
   * @param key path below the store, with `/`.
   * @throws ModelError `not-found`, `not-proven` (too large, no regular file, behind a link) or
   * `store-unavailable`.
   */
  read(key: string, maxBytes: number): Promise<Buffer>;
  /**
   * Paths of all files below a folder of the store, relative to it. Only where listing is cheap
   * and whole: a store without it can't tell that there is a file too many.
   */
  list?(folder: string): Promise<string[]>;
}

/** Opens a store by its location. @throws ModelError `bad-reference` for a kind that is unknown. */
export function openStore(location: string): Store {
  if (/^[a-z][a-z0-9+.-]+:/i.test(location)) {
    throw new ModelError(
      'bad-reference',
      `MODEL_STORE must be a folder, found ${JSON.stringify(location)}`,
    );
  }
  return new FolderStore(location);
}

class FolderStore implements Store {
  readonly location: string;

  constructor(location: string) {
    this.location = location;
  }

  async read(key: string, maxBytes: number): Promise<Buffer> {
    const path = join(this.location, key);
    let file: FileHandle | undefined;
    try {
      // A link anywhere below the store could lead out of it.
      const direct = join(await realpath(this.location), key);
      if ((await realpath(path)) !== direct) {
        throw new ModelError('not-proven', `${path} is behind a symbolic link`);
      }
      // Not following the last link and not blocking close the gap between the look and the open.
      file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      const stat = await file.stat();
      if (!stat.isFile()) {
        throw new ModelError('not-proven', `${path} is not a regular file`);
      }
      if (stat.size > maxBytes) {
        throw new ModelError(
          'not-proven',
          `${path} is larger than expected: at most ${maxBytes} bytes, found ${stat.size}`,
        );
      }
      return await file.readFile();
    } catch (error) {
      throw asModelError(error, path);
    } finally {
      await file?.close();
    }
  }

  async list(folder: string): Promise<string[]> {
    const root = join(this.location, folder);
    try {
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
        .map((path) => path.split(sep).join('/'));
    } catch (error) {
      throw asModelError(error, root);
    }
  }
}

function asModelError(error: unknown, path: string): ModelError {
  if (error instanceof ModelError) {
    return error;
  }
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR'
    ? new ModelError('not-found', `${path} does not exist`, { cause: error })
    : new ModelError('store-unavailable', `${path} can't be read: ${code ?? error}`, {
        cause: error,
      });
}
