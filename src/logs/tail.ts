/** Where the last lines of a file start. */
import type { FileHandle } from 'node:fs/promises';
import { eachLine } from './lines.ts';

const FIRST_BLOCK_BYTES = 256 * 1024;
/** Beyond that, it is cheaper to read the file once from its start. */
const LAST_BLOCK_BYTES = 128 * 1024 ** 2;
const NEWLINE = 10;

/**
 * Searches for the last lines that pass, in blocks from the end that grow until there are enough.
 *
 * @returns an offset in bytes, at the start of a line, after which there are at least `count` such
 * lines; 0 where that takes the whole file.
 */
export async function findTail(
  handle: FileHandle,
  count: number,
  passes: (line: string) => boolean,
): Promise<number> {
  const { size } = await handle.stat();
  const limit = Math.min(size - 1, LAST_BLOCK_BYTES);
  for (let bytes = FIRST_BLOCK_BYTES; bytes <= limit; bytes *= 8) {
    const block = Buffer.alloc(bytes);
    const { bytesRead } = await handle.read(block, 0, bytes, size - bytes);
    // What is before the first newline is the end of a longer line.
    const start = block.indexOf(NEWLINE) + 1;
    let found = 0;
    eachLine(block.subarray(start, bytesRead), (line) => {
      found += passes(line) ? 1 : 0;
    });
    if (start > 0 && found >= count) {
      return size - bytes + start;
    }
  }
  return 0;
}
