/** Publishing: a version goes into a store as it is, once, and is never seen half. */
import { ModelError } from './errors.ts';
import { MANIFEST_FILE } from './manifest.ts';
import { forEachConcurrently } from './parallel.ts';
import type { Store, WritableStore } from './stores/store.ts';
import { formatTag, readTag, tagKey } from './tag.ts';
import { openVersion, readManifest, readVersion } from './version.ts';

const PARALLEL_UPLOADS = 8;

export interface PublishOptions {
  /** A name for people, such as `v1.0.0`. A version has one at most, for good. */
  readonly tag?: string | undefined;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Copies a version from one store to another. Everything is proven before the first byte is
 * written, nothing that is there is written over, and `commit.json`, without which there is no
 * version, comes last. Whatever interrupts it, running it again completes it.
 *
 * @returns `already-published` where nothing was left to do.
 * @throws ModelError as the stores do, `not-proven` where the source is not what the SHA stands for,
 * `conflict` where the target has something else in the place of a file or the tag.
 */
export async function publishVersion(
  source: Store,
  target: WritableStore,
  model: string,
  sha: string,
  { tag, onProgress = () => undefined }: PublishOptions = {},
): Promise<'published' | 'already-published'> {
  const folder = `${model}/${sha}`;
  const tagBytes = tag === undefined ? undefined : formatTag(tag);
  const { bytes: manifest } = await readManifest(source, model, sha);
  const files = await readVersion(source, await openVersion(source, model, sha));
  const present = await listPresent(target, folder);
  for (const path of present) {
    if (path !== MANIFEST_FILE && !files.has(path)) {
      throw conflict(target, `${folder}/${path}`, `it is not a file of commit ${sha}`);
    }
  }

  const totalBytes = [...files.values()].reduce((total, { byteLength }) => total + byteLength, 0);
  let doneBytes = 0;
  let created = 0;
  await forEachConcurrently(files, PARALLEL_UPLOADS, async ([path, bytes], signal) => {
    signal.throwIfAborted();
    created += await place(target, `${folder}/${path}`, bytes, present.has(path));
    doneBytes += bytes.byteLength;
    onProgress(doneBytes, totalBytes);
  });
  if (tagBytes) {
    created += await placeTag(target, model, sha, tagBytes);
  }
  const key = `${folder}/${MANIFEST_FILE}`;
  if (!present.has(MANIFEST_FILE) && (await target.create(key, manifest)) === 'created') {
    created++;
  } else {
    // Its bytes may differ, in white space for one; what they say may not.
    await openVersion(target, model, sha);
  }
  return created > 0 ? 'published' : 'already-published';
}

async function listPresent(target: WritableStore, folder: string): Promise<ReadonlySet<string>> {
  try {
    return new Set(await target.list(folder));
  } catch (error) {
    // A folder that is not there, where a store has folders.
    if (error instanceof ModelError && error.code === 'not-found') {
      return new Set();
    }
    throw error;
  }
}

/** @returns how many files had to be created for the target to have this one: 0 or 1. */
async function place(
  target: WritableStore,
  key: string,
  bytes: Buffer,
  isPresent: boolean,
): Promise<0 | 1> {
  if (!isPresent && (await target.create(key, bytes)) === 'created') {
    return 1;
  }
  const found = await target.read(key, bytes.byteLength).catch((error: unknown) => {
    throw error instanceof ModelError && error.code === 'not-proven'
      ? conflict(target, key, error.message)
      : error;
  });
  if (!found.equals(bytes)) {
    throw conflict(target, key, `its ${found.byteLength} bytes are not the version's`);
  }
  return 0;
}

async function placeTag(
  target: WritableStore,
  model: string,
  sha: string,
  bytes: Buffer,
): Promise<0 | 1> {
  if ((await target.create(tagKey(model, sha), bytes)) === 'created') {
    return 1;
  }
  const expected = bytes.toString().trim();
  const found = await readTag(target, model, sha);
  if (found !== expected) {
    throw conflict(target, tagKey(model, sha), `expected the tag ${expected}, found ${found}`);
  }
  return 0;
}

function conflict({ location }: Store, key: string, what: string): ModelError {
  return new ModelError('conflict', `${location}/${key} is there already, and differs: ${what}`);
}
