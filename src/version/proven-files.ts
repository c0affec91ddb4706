/** Files of a version that is served: read again from its store piece by piece, each piece proven. */
import { createHash } from 'node:crypto';
import { mismatch } from '../errors.ts';
import { ModelError } from './errors.ts';
import type { LocalStore } from './stores/store.ts';

/** What is read, hashed and sent at once: a download holds no more of a file in memory. */
const CHUNK_BYTES = 256 * 1024;

export interface ProvenFile {
  readonly bytes: number;
  /**
   * Its content, piece by piece.
   *
   * @throws ModelError `not-proven` before the first byte that is not the version's.
   */
  chunks(): AsyncGenerator<Buffer>;
}

/**
 * @param folder of the version in the store.
 * @param files the version's bytes, proven; only their digests are kept.
 */
export function createProvenFiles(
  store: LocalStore,
  folder: string,
  files: ReadonlyMap<string, Buffer>,
): ReadonlyMap<string, ProvenFile> {
  return new Map(
    [...files].map(([path, content]) => {
      const digests = digestsOf(content);
      const bytes = content.byteLength;
      return [
        path,
        { bytes, chunks: () => readChunks(store, `${folder}/${path}`, bytes, digests) },
      ];
    }),
  );
}

function digestsOf(content: Buffer): string[] {
  const digests: string[] = [];
  for (let start = 0; start < content.byteLength; start += CHUNK_BYTES) {
    digests.push(digest(content.subarray(start, start + CHUNK_BYTES)));
  }
  return digests;
}

async function* readChunks(
  store: LocalStore,
  key: string,
  bytes: number,
  digests: readonly string[],
): AsyncGenerator<Buffer> {
  const file = await store.open(key);
  try {
    for (const [index, expected] of digests.entries()) {
      const start = index * CHUNK_BYTES;
      const chunk = await file.read(start, Math.min(CHUNK_BYTES, bytes - start));
      const found = digest(chunk);
      if (found !== expected) {
        throw new ModelError('not-proven', mismatch(`${key}, from byte ${start}`, expected, found));
      }
      yield chunk;
    }
  } finally {
    await file.close();
  }
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}
