/** From a SHA to verified bytes: no byte of a version is used before it is proven. */
import { createHash } from 'node:crypto';
import { ModelError } from './errors.ts';
import { algorithmOf, isFullSha, objectId } from './git-objects.ts';
import {
  MANIFEST_FILE,
  MAX_MANIFEST_BYTES,
  type Manifest,
  parseManifest,
  type VersionFile,
} from './manifest.ts';
import type { Store } from './stores/store.ts';

/** One commit of a model repository whose listing is proven. */
export interface Version extends Manifest {
  readonly model: string;
  /**
   * The proven bytes of one file.
   *
   * @throws ModelError `not-found` for a path that is not part of the version, `not-proven` where
   * the store's bytes are not the commit's.
   */
  read(path: string): Promise<Buffer>;
}

/**
 * The commit to serve: the one asked for, or the one that `<store>/<model>/PINNED` names.
 *
 * @throws ModelError `bad-reference` where it is not a full SHA.
 */
export async function resolveCommit(store: Store, model: string, commit?: string): Promise<string> {
  const pin = `${model}/PINNED`;
  const sha = commit ?? (await store.read(pin, 1024)).toString('utf8').trim();
  if (!isFullSha(sha)) {
    throw new ModelError(
      'bad-reference',
      `${commit === undefined ? pin : 'MODEL_COMMIT'} must be a full commit SHA ` +
        `(40 or 64 lower-case hex digits), found ${JSON.stringify(sha.slice(0, 80))}: ` +
        'a branch, a tag or a short SHA can come to mean another commit, a full SHA can not',
    );
  }
  return sha;
}

/**
 * Opens a version: proves its listing from the SHA; its files are proven as they are read.
 *
 * @throws ModelError where there is no such version or it is not what the SHA stands for.
 */
export async function openVersion(store: Store, model: string, sha: string): Promise<Version> {
  const folder = `${model}/${sha}`;
  const manifest = parseManifest(
    await store.read(`${folder}/${MANIFEST_FILE}`, MAX_MANIFEST_BYTES),
    sha,
  );
  return {
    ...manifest,
    model,
    async read(path) {
      const file = manifest.files.find((candidate) => candidate.path === path);
      if (!file) {
        throw new ModelError('not-found', `${path} is not a file of ${model} ${sha}`);
      }
      const bytes = await store.read(`${folder}/${path}`, file.lfs?.size ?? file.size);
      proveFile(file, bytes, sha);
      return bytes;
    },
  };
}

/**
 * One JSON file of a version, parsed.
 *
 * @returns undefined where the version has no such file.
 * @throws ModelError `unfit` where it is not JSON.
 */
export async function readJson(version: Version, path: string): Promise<unknown> {
  if (!version.files.some((file) => file.path === path)) {
    return undefined;
  }
  try {
    return JSON.parse((await version.read(path)).toString('utf8'));
  } catch (cause) {
    if (cause instanceof SyntaxError) {
      throw new ModelError('unfit', `${path} of ${version.commit}: ${cause.message}`, { cause });
    }
    throw cause;
  }
}

function proveFile(file: VersionFile, bytes: Buffer, sha: string): void {
  const refuse = (what: string, expected: string | number, found: string | number): never => {
    throw new ModelError(
      'not-proven',
      `${file.path}: ${what}: expected ${expected}, found ${found}`,
    );
  };
  const size = file.lfs?.size ?? file.size;
  if (bytes.byteLength !== size) {
    refuse('size in bytes', size, bytes.byteLength);
  }
  if (file.lfs) {
    const oid = createHash('sha256').update(bytes).digest('hex');
    if (oid !== file.lfs.oid) {
      refuse('sha256', file.lfs.oid, oid);
    }
  } else {
    const blob = objectId('blob', bytes, algorithmOf(sha));
    if (blob !== file.blob) {
      refuse('git blob id', file.blob, blob);
    }
  }
}

/**
 * Reads and proves every file of a version; where the store can list, a file too many is refused.
 *
 * @returns the proven bytes by path.
 */
export async function readVersion(
  store: Store,
  version: Version,
): Promise<ReadonlyMap<string, Buffer>> {
  const known = new Set([MANIFEST_FILE, ...version.files.map((file) => file.path)]);
  const found = (await store.list?.(`${version.model}/${version.commit}`)) ?? [];
  const extra = found.find((path) => !known.has(path));
  if (extra !== undefined) {
    throw new ModelError('not-proven', `${extra}: not a file of commit ${version.commit}`);
  }
  const files = new Map<string, Buffer>();
  for (const { path } of version.files) {
    files.set(path, await version.read(path));
  }
  return files;
}
