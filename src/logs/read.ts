/** Whole lines of a log file that grows, is rotated, truncated or deleted; or of a stream. */

import type { FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { KnownError } from '../errors.ts';
import { createLineBuffer, type LineBuffer } from './lines.ts';
import { inflate } from './log-files.ts';
import { type LogFile, openGeneration, openSuccessor } from './rotation.ts';

/** How long a new line may stay unread. A poll takes two system calls. */
const POLL_MS = 100;
const CHUNK_BYTES = 1024 ** 2;
/** No two places of a log have so many equal bytes before them, since each line has its own id. */
const CHECKED_BYTES = 128;

/** Whole lines, valid until the next batch; or the mark that the initial content has been read. */
export type Batch = Buffer | typeof CAUGHT_UP;
export const CAUGHT_UP = Symbol('caught up');

export interface FollowOptions {
  /** Whether to wait for more lines at the end. */
  readonly follow: boolean;
  /** Start with the oldest rotated file that was modified since (milliseconds since 1970). */
  readonly since?: number | undefined;
  /** Returns the offset, in bytes, at which to start in the first file. */
  readonly findStart?: ((handle: FileHandle) => Promise<number>) | undefined;
  /** Called once where the file does not exist yet. */
  readonly onWaiting: () => void;
  /** Ends the waiting and the lines. */
  readonly signal: AbortSignal;
}

/**
 * The lines of a log file through its rotations: each once, in their order. Lines that are added between
 * the last poll and a truncation (`copytruncate`) are lost.
 *
 * @throws the system's error where the file can't be read, or is missing and not followed.
 */
export async function* readFile(path: string, options: FollowOptions): AsyncGenerator<Batch> {
  const { follow, signal, findStart } = options;
  let file = await openFirst(path, options);
  try {
    const lines = createLineBuffer();
    let isCaughtUp = false;
    let reader = file && createReader(file.handle, lines, await findStart?.(file.handle));
    while (file && reader && !signal.aborted) {
      yield* reader();
      const next = await openSuccessor(path, file.inode);
      if (next) {
        // The writer may have added to the old file until the new one existed.
        yield* reader();
        yield lines.rest();
        await file.handle.close();
        file = next;
        reader = createReader(file.handle, lines);
      } else if (follow) {
        if (!isCaughtUp) {
          isCaughtUp = true;
          yield CAUGHT_UP;
        }
        await pause(signal);
      } else {
        yield lines.rest();
        return;
      }
    }
  } finally {
    await file?.handle.close();
  }
}

/**
 * The lines of a stream, such as standard input, also of one that is compressed. The signal ends them early.
 *
 * @param name of the stream, for messages.
 */
export async function* readStream(
  stream: NodeJS.ReadableStream & { destroy(): unknown },
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Batch> {
  const lines = createLineBuffer();
  const stop = (): unknown => stream.destroy();
  signal.addEventListener('abort', stop);
  try {
    for await (const chunk of inflate(stream as AsyncIterable<Buffer>, name)) {
      yield lines.push(chunk);
    }
  } catch (error) {
    if (!signal.aborted) {
      throw error;
    }
  }
  yield lines.rest();
}

async function openFirst(path: string, options: FollowOptions): Promise<LogFile | undefined> {
  const { follow, since, onWaiting, signal } = options;
  for (let isWaiting = false; !signal.aborted; isWaiting = true) {
    const file = await openGeneration(path, (generations) =>
      since === undefined
        ? generations.find((generation) => generation.path === path)
        : generations.findLast(({ modifiedMs }, at) => at === 0 || modifiedMs >= since),
    );
    if (file) {
      return file;
    }
    if (!follow) {
      throw new KnownError('no-log', `${path} does not exist`);
    }
    if (!isWaiting) {
      onWaiting();
    }
    await pause(signal);
  }
  return undefined;
}

/** At each call, reads on to the current end of the file. */
function createReader(
  handle: FileHandle,
  lines: LineBuffer,
  start = 0,
): () => AsyncGenerator<Buffer> {
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let position = start;
  let previous = Buffer.alloc(0);
  return async function* read() {
    for (;;) {
      // The bytes before the position are read again: if they have changed, the file was truncated, even
      // where it has become larger since.
      const from = position - previous.length;
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, from);
      const bytes = buffer.subarray(0, bytesRead);
      if (!bytes.subarray(0, previous.length).equals(previous)) {
        lines.rest();
        position = 0;
        previous = Buffer.alloc(0);
        continue;
      }
      if (bytesRead === previous.length) {
        return;
      }
      const fresh = bytes.subarray(previous.length);
      position += fresh.length;
      previous = Buffer.from(bytes.subarray(-CHECKED_BYTES));
      yield lines.push(fresh);
    }
  };
}

async function pause(signal: AbortSignal): Promise<void> {
  await delay(POLL_MS, undefined, { signal }).catch(() => {});
}
