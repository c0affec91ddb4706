/** Files of settings: small, and with an end, which a pipe or a device may not have. */
import type { Stats } from 'node:fs';

/**
 * What is wrong with a file, before it is read; undefined if nothing is. Reading a folder fails with its own message.
 */
export function refuseFile(
  path: string,
  stats: Pick<Stats, 'size' | 'isFile' | 'isDirectory'>,
  maxBytes: number,
): string | undefined {
  if (!stats.isFile() && !stats.isDirectory()) {
    return `${path}: expected a regular file, found a pipe, a socket or a device`;
  }
  return stats.size > maxBytes
    ? `${path}: expected at most ${maxBytes} bytes, found ${stats.size}`
    : undefined;
}
