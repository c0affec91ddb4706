/** Log files, and standard input, line by line. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createLineBuffer, eachLine } from '../../logs/lines.ts';
import { DriftError } from './drift-error.ts';

const CHUNK_BYTES = 256 * 1024;

/** The name of standard input among files. */
export const STDIN = '-';

export function namesOf(files: readonly string[]): string {
  return files.map((file) => (file === STDIN ? 'standard input' : file)).join(', ');
}

/**
 * The lines of the files, one file after the other, many lines at a time.
 *
 * @param onProgress called with the share of the bytes that were read, 0 to 1; never where standard input
 * is among the files.
 * @throws DriftError for a folder; the system's error where a file can't be read.
 */
export async function* linesOf(
  files: readonly string[],
  onProgress: (share: number) => void,
): AsyncGenerator<readonly string[]> {
  const sizes = await Promise.all(files.map(sizeOf));
  // NaN where standard input is among them, since its size is unknown.
  const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
  let readBytes = 0;
  for (const file of files) {
    const stream =
      file === STDIN ? process.stdin : createReadStream(file, { highWaterMark: CHUNK_BYTES });
    const buffer = createLineBuffer();
    for await (const chunk of stream) {
      yield split(buffer.push(chunk as Buffer));
      readBytes += (chunk as Buffer).byteLength;
      if (totalBytes > 0) {
        onProgress(Math.min(1, readBytes / totalBytes));
      }
    }
    yield split(buffer.rest());
  }
}

/** In bytes; NaN for standard input. */
async function sizeOf(file: string): Promise<number> {
  if (file === STDIN) {
    return Number.NaN;
  }
  const stats = await stat(file);
  if (stats.isDirectory()) {
    throw new DriftError(`${file} is a folder; name the log file in it`);
  }
  return stats.size;
}

function split(bytes: Buffer): string[] {
  const lines: string[] = [];
  eachLine(bytes, (line) => lines.push(line));
  return lines;
}
