/** Copies git-lfs objects between a repository and a remote. Every byte is verified by the object's id. */
import { type FileHandle, mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode, ModelError } from '../../version/errors.ts';
import { forEachConcurrently } from '../../version/parallel.ts';
import { withStagingDirectory } from '../../version/staging.ts';
import {
  isRemote,
  requireWritable,
  type Store,
  type WritableStore,
} from '../../version/stores/store.ts';
import { type Proof, startSha256Proof } from '../../version/version.ts';
import { objectPath, type Pointer } from '../lfs.ts';
import type { LfsFile } from './pointers.ts';
import { remoteKey } from './remote.ts';

const PARALLEL_TRANSFERS = 4;

type OnBytes = (bytes: number) => void;
export type OnProgress = (doneBytes: number, totalBytes: number) => void;

export interface PushResult {
  readonly pushed: readonly LfsFile[];
  /** What the remote had already. */
  readonly existing: readonly LfsFile[];
  /** What neither the repository nor the remote has. */
  readonly missing: readonly LfsFile[];
}

/** @throws ModelError `bad-reference` where the remote can only be read from. */
export function writableRemote(remote: Store): WritableStore {
  return requireWritable(remote, 'push to a folder or to s3://bucket/prefix');
}

/**
 * Copies the objects that a remote lacks to it. An existing one is never overwritten.
 *
 * @param lfsFolder of the repository.
 * @throws ModelError `not-proven` where a file of the repository has other bytes than its id says.
 */
export async function pushObjects(
  lfsFolder: string,
  remote: WritableStore,
  files: readonly LfsFile[],
  onProgress: OnProgress,
): Promise<PushResult> {
  const known = await listObjects(remote);
  const objects = uniqueObjects(files);
  const existing = objects.filter(({ oid }) => known.has(oid));
  const lacking = objects.filter(({ oid }) => !known.has(oid));
  const present = await Promise.all(lacking.map((file) => isStored(lfsFolder, file)));
  const toPush = lacking.filter((_, index) => present[index]);
  const total = bytesOf(toPush);
  let done = 0;
  await forEachConcurrently(toPush, PARALLEL_TRANSFERS, async (file, signal) => {
    signal.throwIfAborted();
    await uploadObject(remote, file, objectPath(lfsFolder, file.oid));
    done += file.size;
    onProgress(done, total);
  });
  return { pushed: toPush, existing, missing: lacking.filter((_, index) => !present[index]) };
}

/** The ids of the objects that a remote has. */
async function listObjects(remote: WritableStore): Promise<ReadonlySet<string>> {
  try {
    const paths = await remote.list('lfs/objects');
    return new Set(paths.map((path) => path.slice(path.lastIndexOf('/') + 1)));
  } catch (error) {
    if (hasCode(error, 'not-found')) {
      return new Set();
    }
    throw error;
  }
}

/** Copies a file to a remote, unless it has the object. @throws ModelError `not-proven` for other bytes. */
export async function uploadObject(
  remote: WritableStore,
  { oid, size }: Pointer,
  path: string,
): Promise<void> {
  const bytes = await readFile(path);
  const check = startSha256Proof(path, size, oid);
  check.update(bytes);
  check.end();
  await remote.create(remoteKey(oid), bytes);
}

/**
 * Copies the objects that a repository lacks from a remote.
 *
 * @returns the files that were copied.
 * @throws ModelError `not-found` where the remote does not have an object, `not-proven` where it has other bytes.
 */
export async function pullObjects(
  lfsFolder: string,
  remote: Store,
  files: readonly LfsFile[],
  onProgress: OnProgress,
): Promise<readonly LfsFile[]> {
  const objects = uniqueObjects(files);
  const present = await Promise.all(objects.map((file) => isStored(lfsFolder, file)));
  const lacking = objects.filter((_, index) => !present[index]);
  const total = bytesOf(lacking);
  let done = 0;
  await withTransferDirectory(lfsFolder, (staging) =>
    forEachConcurrently(lacking, PARALLEL_TRANSFERS, async (file, signal) => {
      const temporary = join(staging, file.oid);
      await downloadObject(remote, file, temporary, (bytes) => {
        signal.throwIfAborted();
        done += bytes;
        onProgress(done, total);
      });
      const target = objectPath(lfsFolder, file.oid);
      await mkdir(dirname(target), { recursive: true });
      await rename(temporary, target);
    }),
  );
  return lacking;
}

/** On the file system of the objects, so that files can be renamed. git-lfs has its own ones there too. */
export function withTransferDirectory<T>(
  lfsFolder: string,
  work: (staging: string) => Promise<T>,
): Promise<T> {
  return withStagingDirectory(join(lfsFolder, 'tmp'), work);
}

/** Copies an object of a remote to a file. Rejects as `pullObjects` does. */
export async function downloadObject(
  remote: Store,
  pointer: Pointer,
  path: string,
  onBytes: OnBytes,
): Promise<void> {
  const key = remoteKey(pointer.oid);
  const proof = startSha256Proof(`${remote.location}/${key}`, pointer.size, pointer.oid);
  const file = await open(path, 'w');
  const write = (chunk: Uint8Array): Promise<void> => writeChunk(file, chunk, proof, onBytes);
  try {
    if (isRemote(remote)) {
      await remote.download(key, pointer.size, write);
    } else {
      await write(await remote.read(key, pointer.size));
    }
    proof.end();
    await file.sync();
  } catch (error) {
    throw hasCode(error, 'not-found')
      ? new ModelError(
          'not-found',
          `${error.message}: who has the bytes copies them there with \`models push\``,
          { cause: error },
        )
      : error;
  } finally {
    await file.close();
  }
}

async function writeChunk(
  file: FileHandle,
  chunk: Uint8Array,
  proof: Proof,
  onBytes: OnBytes,
): Promise<void> {
  proof.update(chunk);
  await file.writeFile(chunk);
  onBytes(chunk.byteLength);
}

/** True where the repository has an object of that size; its bytes are verified where they are used. */
async function isStored(lfsFolder: string, { oid, size }: Pointer): Promise<boolean> {
  return stat(objectPath(lfsFolder, oid)).then(
    (found) => found.size === size,
    () => false,
  );
}

/** Several files may have the same content. */
function uniqueObjects(files: readonly LfsFile[]): LfsFile[] {
  return [...new Map(files.map((file) => [file.oid, file])).values()];
}

function bytesOf(files: readonly Pointer[]): number {
  return files.reduce((total, { size }) => total + size, 0);
}
