/** A log file that is rotated by size, and opened anew where another program has moved or deleted it. */
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../../folders.ts';
import { type Target, WriteError } from './line-sink.ts';

export interface FileOptions {
  readonly path: string;
  /** The file is renamed before it would become larger. */
  readonly maxBytes: number;
  /** Renamed files that are kept: `<path>.1` is the newest. */
  readonly maxFiles: number;
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly inode: bigint;
  bytes: number;
  /** Its last line is incomplete; opening the file again completes it. */
  isDamaged: boolean;
}

/** @throws the system's error where the file can't be opened. */
export async function createFileTarget(options: FileOptions): Promise<Target> {
  const { path, maxBytes } = options;
  let file: OpenFile | undefined = await openFile(path);
  let mustReopen = false;

  const closeFile = async (): Promise<void> => {
    const { handle } = file ?? {};
    file = undefined;
    await handle?.close().catch(() => undefined);
  };
  /** The file to write to, after what other programs, `reopen` and its size have made of it. */
  const current = async (nextBytes: number): Promise<OpenFile> => {
    if (file && (mustReopen || file.isDamaged || !(await isAtPath(file, path)))) {
      await closeFile();
    }
    mustReopen = false;
    file ??= await openFile(path);
    if (file.bytes > 0 && file.bytes + nextBytes > maxBytes) {
      await closeFile();
      // A file that can't be renamed grows: its lines are worth more than its size.
      await rotate(options).catch(() => undefined);
      file = await openFile(path);
    }
    return file;
  };

  return {
    write: async (bytes) => {
      const open = await current(bytes.byteLength).catch((error: unknown) => {
        throw new WriteError(error, 0, true);
      });
      await append(open, bytes);
    },
    reopen: () => {
      mustReopen = true;
    },
    close: () => void closeFile(),
  };
}

/** Appends whole lines. @throws WriteError where not all of them fit; the file then ends with a line. */
async function append(file: OpenFile, bytes: Buffer): Promise<void> {
  let written = 0;
  try {
    while (written < bytes.byteLength) {
      const { bytesWritten } = await file.handle.write(bytes, written);
      written += bytesWritten;
    }
    file.bytes += written;
  } catch (error) {
    const whole = written === 0 ? 0 : bytes.lastIndexOf('\n', written - 1) + 1;
    await removeEnd(file, written - whole);
    throw new WriteError(error, whole, true);
  }
}

async function removeEnd(file: OpenFile, bytes: number): Promise<void> {
  if (bytes > 0) {
    try {
      // Not the size that was expected: another program may have emptied the file (logrotate's copytruncate).
      const { size } = await file.handle.stat();
      await file.handle.truncate(size - bytes);
    } catch {
      file.isDamaged = true;
    }
  }
}

async function openFile(path: string): Promise<OpenFile> {
  await makeFolder(dirname(path));
  const handle = await open(path, 'a+');
  try {
    const { size, ino } = await handle.stat({ bigint: true });
    const file = { handle, inode: ino, bytes: Number(size), isDamaged: false };
    // A process that was killed may have left a line incomplete.
    if (file.bytes > 0) {
      const last = Buffer.alloc(1);
      await handle.read(last, 0, 1, file.bytes - 1);
      if (last.toString() !== '\n') {
        await append(file, Buffer.from('\n'));
      }
    }
    return file;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** False where the path now names another file, or none. */
async function isAtPath(file: OpenFile, path: string): Promise<boolean> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (found?.ino !== file.inode) {
    return false;
  }
  file.bytes = Number(found.size);
  return true;
}

/** `log` → `log.1` → `log.2` …; the oldest is removed. */
async function rotate({ path, maxFiles }: FileOptions): Promise<void> {
  await rm(`${path}.${maxFiles}`, { force: true });
  for (let number = maxFiles - 1; number >= 0; number--) {
    const from = number === 0 ? path : `${path}.${number}`;
    await rename(from, `${path}.${number + 1}`).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') {
        throw error;
      }
    });
  }
}
