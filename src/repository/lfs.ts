/** The part of git-lfs that a version needs: pointers and their objects. Source: git-lfs, docs/spec.md. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { lfsPointer } from '../version/git-objects.ts';

export interface Pointer {
  /** SHA-256 of the file's bytes, hex. */
  readonly oid: string;
  /** Bytes of the file. */
  readonly size: number;
}

/** The maximum length of a pointer. */
export const MAX_POINTER_BYTES = 1024;

/** Parses a pointer; undefined where the bytes are not a pointer, or one with extensions. */
export function parsePointer(bytes: Buffer): Pointer | undefined {
  if (bytes.byteLength > MAX_POINTER_BYTES) {
    return undefined;
  }
  const match = /^version .+\noid sha256:([0-9a-f]{64})\nsize (\d+)\n$/.exec(
    bytes.toString('utf8'),
  );
  const pointer = match && { oid: match[1] as string, size: Number(match[2]) };
  return pointer && lfsPointer(pointer.oid, pointer.size).equals(bytes) ? pointer : undefined;
}

/** The bytes that a pointer refers to; undefined where the repository has only the pointer. */
export async function readLfsObject(lfsFolder: string, oid: string): Promise<Buffer | undefined> {
  try {
    return await readFile(objectPath(lfsFolder, oid));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

/** Stores bytes in the repository's lfs folder. @returns their pointer. */
export async function storeLfsObject(lfsFolder: string, bytes: Buffer): Promise<Buffer> {
  const oid = createHash('sha256').update(bytes).digest('hex');
  const path = objectPath(lfsFolder, oid);
  const isStored = await stat(path).then(
    ({ size }) => size === bytes.byteLength,
    () => false,
  );
  if (!isStored) {
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${randomUUID()}`;
    try {
      await writeFile(temporary, bytes);
      await rename(temporary, path);
    } catch (error) {
      // On a full disk, a part of the weights would stay.
      await rm(temporary, { force: true });
      throw error;
    }
  }
  return lfsPointer(oid, bytes.byteLength);
}

/** Where the repository has the bytes of a git-lfs file. */
export function objectPath(lfsFolder: string, oid: string): string {
  return join(lfsFolder, 'objects', oid.slice(0, 2), oid.slice(2, 4), oid);
}
