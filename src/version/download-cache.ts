/**
 * The cache of versions that come from remote stores. It is a folder store itself: what lies in it
 * is proven whenever it is used, whoever put it there.
 */
import { randomUUID } from 'node:crypto';
import { access, mkdir, open, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ModelError } from './errors.ts';
import { isFullSha } from './git-objects.ts';
import { MANIFEST_FILE, sizeOf, type VersionFile } from './manifest.ts';
import { forEachConcurrently } from './parallel.ts';
import { withStagingDirectory } from './staging.ts';
import { createFolderStore } from './stores/folder.ts';
import type { RemoteStore, Store } from './stores/store.ts';
import { formatTag, readTag, tagKey } from './tag.ts';
import { openVersion, type Proof, readManifest, readVersion, startProof } from './version.ts';

const PARALLEL_DOWNLOADS = 8;

export interface FetchOptions {
  /** Told before the first byte, with 0, and as bytes arrive. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  /** Told where the cache holds something else than the version; it is fetched again. */
  readonly onDamaged?: (cause: ModelError) => void;
}

/** A version's place: the remote store it comes from, the folder it goes to, and its name. */
export interface CachedVersion {
  readonly store: RemoteStore;
  readonly cacheFolder: string;
  readonly model: string;
  readonly sha: string;
}

/**
 * Makes sure that the cache holds a version, whole and proven; the network is used only where it
 * does not. Other processes may do the same at the same time: the first to finish wins.
 *
 * @returns the cache, as a store.
 * @throws ModelError where the version can't be had or is not what the SHA stands for.
 */
export async function fetchVersion(
  wanted: CachedVersion,
  { onProgress = () => undefined, onDamaged = () => undefined }: FetchOptions = {},
): Promise<Store> {
  const { cacheFolder, model, sha } = wanted;
  const cache = createFolderStore(cacheFolder);
  const place = join(cacheFolder, model, sha);
  if (await exists(place)) {
    const damage = await damageOf(cache, model, sha);
    if (!damage) {
      return cache;
    }
    onDamaged(damage);
  }
  await writingTo(cacheFolder, () =>
    withStagingDirectory(join(cacheFolder, model), async (staging) => {
      const whole = join(staging, sha);
      await download(wanted, whole, onProgress);
      await keepTag(wanted, staging);
      await install(whole, place, staging, async () => !(await damageOf(cache, model, sha)));
    }),
  );
  return cache;
}

/** What is wrong with the version in the cache; undefined where it is proven. */
async function damageOf(cache: Store, model: string, sha: string): Promise<ModelError | undefined> {
  try {
    await readVersion(cache, await openVersion(cache, model, sha));
    return undefined;
  } catch (error) {
    if (error instanceof ModelError) {
      return error;
    }
    throw error;
  }
}

/** Fetches the proven listing first: it tells the sizes to expect. */
async function download(
  { store, model, sha }: CachedVersion,
  folder: string,
  onProgress: (doneBytes: number, totalBytes: number) => void,
): Promise<void> {
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

interface Target {
  readonly file: VersionFile;
  readonly sha: string;
  readonly path: string;
}

async function downloadFile(
  store: RemoteStore,
  key: string,
  target: Target,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const { proof, came } = await streamToDisk(store, key, target, onBytes);
  try {
    proof.end();
  } catch (error) {
    // Pieces can be put together wrongly on the way; one whole piece can't.
    if (came === 'whole') {
      throw error;
    }
    onBytes(-sizeOf(target.file));
    (await streamToDisk(store, key, target, onBytes)).proof.end();
  }
}

/** @returns the proof that all bytes have passed through. */
async function streamToDisk(
  store: RemoteStore,
  key: string,
  { file, sha, path }: Target,
  onBytes: (bytes: number) => void,
): Promise<{ proof: Proof; came: 'whole' | 'resumed' }> {
  const proof = startProof(file, sha);
  const handle = await open(path, 'w');
  try {
    const came = await store.download(key, sizeOf(file), async (chunk) => {
      proof.update(chunk);
      await handle.writeFile(chunk);
      onBytes(chunk.byteLength);
    });
    await handle.sync();
    return { proof, came };
  } finally {
    await handle.close();
  }
}

/** The tag goes beside the version, for starts without network. */
async function keepTag({ store, cacheFolder, model, sha }: CachedVersion, staging: string) {
  const tag = await readTag(store, model, sha);
  if (tag !== undefined) {
    await replace(join(cacheFolder, tagKey(model, sha)), formatTag(tag), staging);
  }
}

/** What a rename says where something is in the way, even if it no longer is. */
const TAKEN = new Set(['ENOTEMPTY', 'EEXIST', 'ENOTDIR']);

/** Gives the version its name, unless another process has; what is damaged makes way. */
async function install(
  whole: string,
  place: string,
  staging: string,
  isProven: () => Promise<boolean>,
): Promise<void> {
  for (;;) {
    try {
      await rename(whole, place);
      return;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!TAKEN.has(code) && !(await exists(place))) {
        throw error;
      }
    }
    if (await isProven()) {
      return;
    }
    await rename(place, join(staging, `damaged-${randomUUID()}`)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        throw error;
      }
    });
  }
}

/** Which version a store's PINNED named when it was last asked, and which store that was. */
export async function readLastPinned(
  { location }: Store,
  cacheFolder: string,
  model: string,
): Promise<string | undefined> {
  const bytes = await createFolderStore(cacheFolder)
    .read(`${model}/PINNED`, 4096)
    .catch(() => undefined);
  const [sha = '', from] = bytes?.toString('utf8').split('\n') ?? [];
  return isFullSha(sha) && from === location ? sha : undefined;
}

/** Keeps what `readLastPinned` gives. */
export async function keepLastPinned(
  { location }: Store,
  cacheFolder: string,
  model: string,
  sha: string,
): Promise<void> {
  await writingTo(cacheFolder, () =>
    withStagingDirectory(join(cacheFolder, model), (staging) =>
      replace(join(cacheFolder, model, 'PINNED'), Buffer.from(`${sha}\n${location}\n`), staging),
    ),
  );
}

async function replace(path: string, bytes: Buffer, staging: string): Promise<void> {
  const whole = join(staging, randomUUID());
  await writeFile(whole, bytes, { flush: true });
  await rename(whole, path);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Says of a failure of the disk that it was the cache's. */
async function writingTo<T>(cacheFolder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) {
      throw new ModelError(
        'store-unavailable',
        `the cache ${cacheFolder} can't be written (MODEL_CACHE): ${error.message}`,
        { cause: error },
      );
    }
    throw error;
  }
}
