/** Downloads a version: its listing is proven first, and every file as it arrives. */
import { mkdir, open, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MANIFEST_FILE, sizeOf, type VersionFile } from './manifest.ts';
import { forEachConcurrently } from './parallel.ts';
import type { RemoteStore, Transfer } from './stores/store.ts';
import { type Proof, readManifest, startProof } from './version.ts';

const PARALLEL_DOWNLOADS = 8;

export interface DownloadTarget {
  readonly model: string;
  readonly sha: string;
  /** Empty, or not there yet. */
  readonly folder: string;
}

/**
 * @param onProgress called before the first byte, with 0, and as bytes arrive.
 * @throws ModelError where the store does not have the version, or it can't be proven.
 */
export async function downloadVersion(
  store: RemoteStore,
  { model, sha, folder }: DownloadTarget,
  onProgress: (doneBytes: number, totalBytes: number) => void,
): Promise<void> {
  // The listing has the sizes to expect.
  const { bytes, manifest } = await readManifest(store, model, sha);
  const totalBytes = manifest.files.reduce((total, file) => total + sizeOf(file), 0);
  let doneBytes = 0;
  onProgress(doneBytes, totalBytes);
  await forEachConcurrently(manifest.files, PARALLEL_DOWNLOADS, async (file, signal) => {
    const path = join(folder, file.path);
    await mkdir(dirname(path), { recursive: true });
    await downloadFile(store, `${model}/${sha}/${file.path}`, { file, sha, path }, (chunkBytes) => {
      signal.throwIfAborted();
      doneBytes += chunkBytes;
      onProgress(doneBytes, totalBytes);
    });
  });
  await writeFile(join(folder, MANIFEST_FILE), bytes, { flush: true });
}

interface FileTarget {
  readonly file: VersionFile;
  readonly sha: string;
  readonly path: string;
}

async function downloadFile(
  store: RemoteStore,
  key: string,
  target: FileTarget,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const { proof, transfer } = await streamToDisk(store, key, target, onBytes);
  try {
    proof.end();
  } catch (error) {
    // A resumed transfer may combine parts of different responses: a whole one is worth a try.
    if (transfer === 'whole') {
      throw error;
    }
    onBytes(-sizeOf(target.file));
    (await streamToDisk(store, key, target, onBytes)).proof.end();
  }
}

/** @returns the proof, which has got all bytes. */
async function streamToDisk(
  store: RemoteStore,
  key: string,
  { file, sha, path }: FileTarget,
  onBytes: (bytes: number) => void,
): Promise<{ proof: Proof; transfer: Transfer }> {
  const proof = startProof(file, sha);
  const handle = await open(path, 'w');
  try {
    const transfer = await store.download(key, sizeOf(file), async (chunk) => {
      proof.update(chunk);
      await handle.writeFile(chunk);
      onBytes(chunk.byteLength);
    });
    await handle.sync();
    return { proof, transfer };
  } finally {
    await handle.close();
  }
}
