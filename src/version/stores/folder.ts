/** A store in a folder of this machine. */
import { constants } from 'node:fs';
import {
  type FileHandle,
  link,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { describeSystemError, isSystemError } from '../../errors.ts';
import { ModelError } from '../errors.ts';
import { withStagingDirectory } from '../staging.ts';
import type { LocalStore, OpenedFile } from './store.ts';

export function createFolderStore(location: string): LocalStore {
  return {
    location,
    read: async (key, maxBytes) => {
      const path = join(location, key);
      try {
        await assertNoLink(location, key);
        return await readRegularFile(path, maxBytes);
      } catch (error) {
        throw asReadError(error, path);
      }
    },
    open: async (key) => {
      const path = join(location, key);
      try {
        await assertNoLink(location, key);
        return readableFile(await openRegularFile(path));
      } catch (error) {
        throw asReadError(error, path);
      }
    },
    list: async (folder) => {
      const root = join(location, folder);
      try {
        return await listFiles(root);
      } catch (error) {
        throw asReadError(error, root);
      }
    },
    create: (key, bytes) =>
      asWriteError(join(location, key), (path) => createFile(location, path, bytes)),
    replace: (key, bytes, expected) =>
      asWriteError(join(location, key), (path) => replaceFile(location, path, bytes, expected)),
    remove: (key) => asWriteError(join(location, key), (path) => rm(path, { force: true })),
  };
}

/** A symbolic link below the store could lead out of it. */
async function assertNoLink(location: string, key: string): Promise<void> {
  const path = join(location, key);
  if ((await realpath(path)) !== join(await realpath(location), key)) {
    throw new ModelError('not-proven', `${path} is behind a symbolic link`, { data: { path } });
  }
}

async function openRegularFile(path: string): Promise<FileHandle> {
  // A link or a pipe that replaced the file after the check is neither followed nor waited for.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  if (!(await file.stat()).isFile()) {
    await file.close();
    throw new ModelError('not-proven', `${path} is not a regular file`, { data: { path } });
  }
  return file;
}

function readableFile(file: FileHandle): OpenedFile {
  return {
    read: async (start, length) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
      return buffer.subarray(0, bytesRead);
    },
    close: () => file.close(),
  };
}

async function readRegularFile(path: string, maxBytes: number): Promise<Buffer> {
  const file = await openRegularFile(path);
  try {
    const stats = await file.stat();
    if (stats.size > maxBytes) {
      throw new ModelError(
        'not-proven',
        `${path} is larger than expected: at most ${maxBytes} bytes, found ${stats.size}`,
        { data: { path, expected: maxBytes, found: stats.size } },
      );
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}

async function listFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .map((path) => path.split(sep).join('/'));
}

function createFile(location: string, path: string, bytes: Buffer): Promise<'created' | 'exists'> {
  return withStagingDirectory(location, async (staging) => {
    const temporary = join(staging, 'file');
    // On the disk before it has its name: after a power failure no file is incomplete.
    await writeFile(temporary, bytes, { flush: true });
    await mkdir(dirname(path), { recursive: true });
    try {
      // Unlike a rename, a link never replaces an existing file.
      await link(temporary, path);
      return 'created';
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
        return 'exists';
      }
      throw error;
    }
  });
}

async function replaceFile(
  location: string,
  path: string,
  bytes: Buffer,
  expected: Buffer | undefined,
): Promise<'replaced' | 'changed'> {
  if (expected === undefined) {
    return (await createFile(location, path, bytes)) === 'created' ? 'replaced' : 'changed';
  }
  return withStagingDirectory(location, async (staging) => {
    const temporary = join(staging, 'file');
    await writeFile(temporary, bytes, { flush: true });
    // No file system compares and replaces in one step: who changes it in between is not noticed here.
    const found = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') {
        return undefined;
      }
      throw error;
    });
    if (!found?.equals(expected)) {
      return 'changed';
    }
    await rename(temporary, path);
    return 'replaced';
  });
}

/** Runs work that writes. @throws ModelError `store-unavailable` in place of an error of the file system. */
async function asWriteError<T>(path: string, work: (path: string) => Promise<T>): Promise<T> {
  try {
    return await work(path);
  } catch (cause) {
    throw isSystemError(cause)
      ? new ModelError('store-unavailable', describeSystemError(cause, path), { cause })
      : cause;
  }
}

/** A ModelError for an error of the file system; any other error as it is. */
function asReadError(error: unknown, path: string): unknown {
  if (!isSystemError(error)) {
    return error;
  }
  const options = { cause: error, data: { path } };
  return error.code === 'ENOENT' || error.code === 'ENOTDIR'
    ? new ModelError('not-found', `${path} does not exist`, options)
    : new ModelError('store-unavailable', describeSystemError(error), options);
}
