/**
 * The cache of versions from remote stores. It is a folder store itself: its files are proven whenever
 * they are used, whichever process wrote them.
 */
import { randomUUID } from 'node:crypto';
import { access, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeSystemError, isSystemError } from '../errors.ts';
import { pinKey } from './alias.ts';
import { downloadVersion } from './download.ts';
import { ModelError } from './errors.ts';
import { isFullSha } from './git-objects.ts';
import { formatPublication, publicationKey, readPublication } from './publication.ts';
import { withStagingDirectory } from './staging.ts';
import { createFolderStore } from './stores/folder.ts';
import type { LocalStore, RemoteStore, Store } from './stores/store.ts';
import { formatTag, readTag, tagKey } from './tag.ts';
import { openVersion, readVersion } from './version.ts';

/** The SHA and the location of a store. */
const MAX_PIN_BYTES = 4096;

export interface FetchOptions {
  /** Called before the first byte, with 0, and as bytes arrive. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  /** Called where the version in the cache is damaged; it is downloaded again. */
  readonly onDamaged?: (cause: ModelError) => void;
}

/** A version, the remote store that has it, and the folder of the cache. */
export interface CachedVersion {
  readonly store: RemoteStore;
  readonly cacheFolder: string;
  readonly model: string;
  readonly sha: string;
}

/**
 * Makes sure that the cache has a version, complete and proven. The network is used only where it does
 * not. Other processes may do the same at the same time: the first one to finish installs it.
 *
 * @returns the cache, as a store.
 * @throws ModelError where the version can't be downloaded or proven.
 */
export async function fetchVersion(
  version: CachedVersion,
  { onProgress = () => undefined, onDamaged = () => undefined }: FetchOptions = {},
): Promise<LocalStore> {
  const { store, cacheFolder, model, sha } = version;
  const cache = createFolderStore(cacheFolder);
  const target = join(cacheFolder, model, sha);
  const findDamage = () => findDamageOf(cache, model, sha);
  if (await exists(target)) {
    const damage = await findDamage();
    if (!damage) {
      return cache;
    }
    onDamaged(damage);
  }
  await asCacheError(cacheFolder, () =>
    withStagingDirectory(join(cacheFolder, model), async (staging) => {
      const downloaded = join(staging, sha);
      await downloadVersion(store, { model, sha, folder: downloaded }, onProgress);
      await saveBeside(version, staging);
      await install(downloaded, target, { staging, isProven: async () => !(await findDamage()) });
    }),
  );
  return cache;
}

/** Why the version in the cache can't be proven; undefined where it can. */
async function findDamageOf(
  cache: Store,
  model: string,
  sha: string,
): Promise<ModelError | undefined> {
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

/** Saves the version's tag and how it was published beside it, for a start without network. */
async function saveBeside(
  { store, cacheFolder, model, sha }: CachedVersion,
  staging: string,
): Promise<void> {
  const tag = await readTag(store, model, sha);
  if (tag !== undefined) {
    await replaceFile(join(cacheFolder, tagKey(model, sha)), formatTag(tag), staging);
  }
  const publication = await readPublication(store, model, sha);
  if (publication) {
    const path = join(cacheFolder, publicationKey(model, sha));
    await replaceFile(path, formatPublication(publication), staging);
  }
}

/** What a rename fails with where the target exists, or did when the rename began. */
const TARGET_EXISTS = new Set(['ENOTEMPTY', 'EEXIST', 'ENOTDIR']);

/** Moves a downloaded version to its place, unless another process has; a damaged one is moved away. */
async function install(
  downloaded: string,
  target: string,
  { staging, isProven }: { staging: string; isProven: () => Promise<boolean> },
): Promise<void> {
  for (;;) {
    try {
      await rename(downloaded, target);
      return;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!TARGET_EXISTS.has(code) && !(await exists(target))) {
        throw error;
      }
    }
    if (await isProven()) {
      return;
    }
    await rename(target, join(staging, `damaged-${randomUUID()}`)).catch((error: unknown) => {
      // Another process has moved it away.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        throw error;
      }
    });
  }
}

/** The SHA that an alias of a store had when it was last read; undefined for another store. */
export async function readLastPinned(
  { location }: Store,
  cacheFolder: string,
  model: string,
  alias?: string,
): Promise<string | undefined> {
  const bytes = await createFolderStore(cacheFolder)
    .read(pinKey(model, alias), MAX_PIN_BYTES)
    .catch(() => undefined);
  const [sha = '', source] = bytes?.toString('utf8').split('\n') ?? [];
  return isFullSha(sha) && source === location ? sha : undefined;
}

/** Saves what `readLastPinned` returns. */
export async function saveLastPinned(
  { location }: Store,
  cacheFolder: string,
  model: string,
  sha: string,
  alias?: string,
): Promise<void> {
  const bytes = Buffer.from(`${sha}\n${location}\n`);
  await asCacheError(cacheFolder, () =>
    withStagingDirectory(join(cacheFolder, model), (staging) =>
      replaceFile(join(cacheFolder, pinKey(model, alias)), bytes, staging),
    ),
  );
}

async function replaceFile(path: string, bytes: Buffer, staging: string): Promise<void> {
  const temporary = join(staging, randomUUID());
  await writeFile(temporary, bytes, { flush: true });
  await rename(temporary, path);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Runs work that writes to the cache. @throws ModelError in place of an error of the file system. */
async function asCacheError<T>(cacheFolder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isSystemError(error)) {
      throw new ModelError(
        'store-unavailable',
        `the cache ${cacheFolder} can't be written (MODEL_CACHE): ${describeSystemError(error)}`,
        { cause: error, data: { cache: cacheFolder } },
      );
    }
    throw error;
  }
}
