/** Standard output: a pipe, a file, a terminal or a device. */
import { fstatSync, write as fsWrite } from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { type Target, WriteError } from './line-sink.ts';

/** After these nothing can be written any more: the reader has gone, or there is no standard output. */
const PERMANENT = new Set(['EPIPE', 'EBADF', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);

export function createStdoutTarget(fd = process.stdout.fd): Target {
  const stats = fstatSync(fd);
  return stats.isFIFO() || stats.isSocket() ? createPipeTarget(fd) : createFdTarget(fd);
}

/**
 * A pipe is written without blocking, so that one that nobody reads from holds up neither a thread of the
 * pool nor the end of the process.
 */
function createPipeTarget(fd: number): Target {
  const socket = new Socket({ fd, readable: false, writable: true });
  // What goes wrong is reported by the write.
  socket.on('error', () => undefined);
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => {
          if (error) {
            reject(new WriteError(error, 0, false));
          } else {
            resolve();
          }
        });
      }),
    reopen: () => undefined,
    close: () => void socket.destroy(),
  };
}

const writeTo = promisify(fsWrite);

function createFdTarget(fd: number): Target {
  /** An earlier write has failed in the middle of a line. */
  let hasPartialLine = false;
  const write = async (bytes: Buffer): Promise<number> => {
    let written = 0;
    while (written < bytes.byteLength) {
      try {
        written += (await writeTo(fd, bytes, written)).bytesWritten;
      } catch (error) {
        const isTransient = !PERMANENT.has((error as NodeJS.ErrnoException).code ?? '');
        hasPartialLine = written > 0 ? bytes[written - 1] !== NEWLINE : hasPartialLine;
        throw new WriteError(error, written, isTransient);
      }
    }
    return written;
  };
  return {
    write: async (bytes) => {
      if (hasPartialLine) {
        // The rest of that line is written again as a whole.
        await write(Buffer.from('\n')).catch((error: WriteError) => {
          throw new WriteError(error.cause, 0, error.isTransient);
        });
        hasPartialLine = false;
      }
      await write(bytes);
    },
    reopen: () => undefined,
    close: () => undefined,
  };
}

const NEWLINE = 10;
