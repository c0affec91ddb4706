/** Publishing: a version is copied to a store once, and is never visible there before it is complete. */
import { hasCode, ModelError } from './errors.ts';
import { MANIFEST_FILE } from './manifest.ts';
import { forEachConcurrently } from './parallel.ts';
import { formatPublication, type Publication, publicationKey } from './publication.ts';
import type { Store, WritableStore } from './stores/store.ts';
import { formatTag, readTag, tagKey } from './tag.ts';
import { openVersion, readManifest, readVersion } from './version.ts';

const PARALLEL_UPLOADS = 8;

export interface PublishOptions {
  /** A name for people, such as `v1.0.0`. It can't be changed or removed later. */
  readonly tag?: string | undefined;
  /** Who publishes it, when and how; kept where this is what makes the version complete. */
  readonly publication?: Publication | undefined;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Copies a version from one store to another. Everything is proven before the first byte is written,
 * existing files are never overwritten, and `commit.json`, without which there is no version, is
 * written last. After an interruption, publishing again completes the version.
 *
 * @returns `already-published` where the target had everything.
 * @throws ModelError as the stores do; `not-proven` where the source's bytes are not the commit's;
 * `conflict` where the target has a file or a tag of the same name with other content.
 */
export async function publishVersion(
  source: Store,
  target: WritableStore,
  model: string,
  sha: string,
  { tag, publication, onProgress = () => undefined }: PublishOptions = {},
): Promise<'published' | 'already-published'> {
  const folder = `${model}/${sha}`;
  const tagBytes = tag === undefined ? undefined : formatTag(tag);
  const { bytes: manifest } = await readManifest(source, model, sha);
  const files = await readVersion(source, await openVersion(source, model, sha));
  const existing = await listExisting(target, folder);
  for (const path of existing) {
    if (path !== MANIFEST_FILE && !files.has(path)) {
      throw conflict(target, `${folder}/${path}`, `it is not a file of commit ${sha}`);
    }
  }

  let created = await createFiles(target, folder, files, { existing, onProgress });
  if (tagBytes) {
    created += await createTag(target, model, sha, tagBytes);
  }
  if (publication && !existing.has(MANIFEST_FILE)) {
    await target.create(publicationKey(model, sha), formatPublication(publication));
  }
  const key = `${folder}/${MANIFEST_FILE}`;
  if (!existing.has(MANIFEST_FILE) && (await target.create(key, manifest)) === 'created') {
    created++;
  } else {
    // Its bytes may differ, for instance in white space; its listing must not.
    await openVersion(target, model, sha);
  }
  return created > 0 ? 'published' : 'already-published';
}

async function listExisting(target: WritableStore, folder: string): Promise<ReadonlySet<string>> {
  try {
    return new Set(await target.list(folder));
  } catch (error) {
    // A store on a file system has no such folder yet.
    if (hasCode(error, 'not-found')) {
      return new Set();
    }
    throw error;
  }
}

/** @returns how many files the target did not have. */
async function createFiles(
  target: WritableStore,
  folder: string,
  files: ReadonlyMap<string, Buffer>,
  {
    existing,
    onProgress,
  }: Required<Pick<PublishOptions, 'onProgress'>> & { readonly existing: ReadonlySet<string> },
): Promise<number> {
  const totalBytes = [...files.values()].reduce((total, { byteLength }) => total + byteLength, 0);
  let doneBytes = 0;
  let created = 0;
  await forEachConcurrently(files, PARALLEL_UPLOADS, async ([path, bytes], signal) => {
    signal.throwIfAborted();
    created += await createFile(target, `${folder}/${path}`, bytes, existing.has(path));
    doneBytes += bytes.byteLength;
    onProgress(doneBytes, totalBytes);
  });
  return created;
}

/** Creates a file, or compares it where it exists. @returns how many files were created, 0 or 1. */
async function createFile(
  target: WritableStore,
  key: string,
  bytes: Buffer,
  exists: boolean,
): Promise<0 | 1> {
  if (!exists && (await target.create(key, bytes)) === 'created') {
    return 1;
  }
  const found = await target.read(key, bytes.byteLength).catch((error: unknown) => {
    // It is larger than expected.
    throw hasCode(error, 'not-proven') ? conflict(target, key, error.message) : error;
  });
  if (!found.equals(bytes)) {
    throw conflict(target, key, `its ${found.byteLength} bytes are not the version's`);
  }
  return 0;
}

/** As `createFile`. */
async function createTag(
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

function conflict({ location }: Store, key: string, reason: string): ModelError {
  return new ModelError('conflict', `${location}/${key} is there already, and differs: ${reason}`, {
    data: { store: location, path: key },
  });
}
