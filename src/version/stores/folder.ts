/** A folder of this machine. */
import { constants } from 'node:fs';
import { type FileHandle, link, mkdir, open, readdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { ModelError } from '../errors.ts';
import { withStagingDirectory } from '../staging.ts';
import type { WritableStore } from './store.ts';

export function createFolderStore(location: string): WritableStore {
  return new FolderStore(location);
}

class FolderStore implements WritableStore {
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

  async create(key: string, bytes: Buffer): Promise<'created' | 'exists'> {
    const path = join(this.location, key);
    try {
      return await withStagingDirectory(this.location, async (staging) => {
        const whole = join(staging, 'file');
        // On the disk before it has its name: after a power failure nothing half is in its place.
        await writeFile(whole, bytes, { flush: true });
        await mkdir(dirname(path), { recursive: true });
        // Unlike a rename, a link never takes the place of what is there.
        return link(whole, path).then(
          () => 'created' as const,
          (error: NodeJS.ErrnoException) => {
            if (error.code === 'EEXIST') {
              return 'exists' as const;
            }
            throw error;
          },
        );
      });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new ModelError('store-unavailable', `${path} can't be written: ${code ?? error}`, {
        cause: error,
      });
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
