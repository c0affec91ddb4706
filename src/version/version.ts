/** From a SHA to verified bytes: no byte of a version is used before it is proven. */
import { createHash } from 'node:crypto';
import { ModelError } from './errors.ts';
import { algorithmOf, createObjectHash, isFullSha } from './git-objects.ts';
import {
  MANIFEST_FILE,
  MAX_MANIFEST_BYTES,
  type Manifest,
  parseManifest,
  sizeOf,
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
  if (commit !== undefined) {
    return checkCommit(commit);
  }
  const pin = `${model}/PINNED`;
  return checkCommit((await store.read(pin, 1024)).toString('utf8').trim(), pin);
}

/** The commit, if it is a full SHA. @throws ModelError `bad-reference` where it is not. */
export function checkCommit(commit: string, source = 'MODEL_COMMIT'): string {
  if (!isFullSha(commit)) {
    throw new ModelError(
      'bad-reference',
      `${source} must be a full commit SHA (40 or 64 lower-case hex digits), ` +
        `found ${JSON.stringify(commit.slice(0, 80))}: ` +
        'a branch, a tag or a short SHA can come to mean another commit, a full SHA can not',
    );
  }
  return commit;
}

/**
 * Reads a version's `commit.json`, and proves it from the SHA.
 *
 * @throws ModelError where there is no such version or it is not what the SHA stands for.
 */
export async function readManifest(
  store: Store,
  model: string,
  sha: string,
): Promise<{ bytes: Buffer; manifest: Manifest }> {
  const key = `${model}/${sha}/${MANIFEST_FILE}`;
  const bytes = await store.read(key, MAX_MANIFEST_BYTES).catch((error: unknown) => {
    throw error instanceof ModelError && error.code === 'not-found'
      ? new ModelError(
          'not-found',
          `${store.location} holds no version ${sha} of ${model}: ${error.message}`,
          { cause: error },
        )
      : error;
  });
  return { bytes, manifest: parseManifest(bytes, sha) };
}

/**
 * Opens a version: proves its listing from the SHA; its files are proven as they are read.
 *
 * @throws ModelError where there is no such version or it is not what the SHA stands for.
 */
export async function openVersion(store: Store, model: string, sha: string): Promise<Version> {
  const { manifest } = await readManifest(store, model, sha);
  return {
    ...manifest,
    model,
    async read(path) {
      const file = manifest.files.find((candidate) => candidate.path === path);
      if (!file) {
        throw new ModelError('not-found', `${path} is not a file of ${model} ${sha}`);
      }
      const bytes = await store.read(`${model}/${sha}/${path}`, sizeOf(file));
      const proof = startProof(file, sha);
      proof.update(bytes);
      proof.end();
      return bytes;
    },
  };
}

/** Proves a file's bytes as they pass. */
export interface Proof {
  update(chunk: Uint8Array): void;
  /** @throws ModelError `not-proven`, naming the file, what was expected and what was found. */
  end(): void;
}

/** Begins to prove a file of the version of a SHA. */
export function startProof(file: VersionFile, sha: string): Proof {
  const size = sizeOf(file);
  const hash = file.lfs ? createHash('sha256') : createObjectHash('blob', size, algorithmOf(sha));
  let found = 0;
  const refuse = (what: string, expected: string | number, actual: string | number): never => {
    throw new ModelError(
      'not-proven',
      `${file.path}: ${what}: expected ${expected}, found ${actual}`,
    );
  };
  return {
    update(chunk) {
      found += chunk.byteLength;
      hash.update(chunk);
    },
    end() {
      if (found !== size) {
        refuse('size in bytes', size, found);
      }
      const digest = hash.digest('hex');
      const [what, expected] = file.lfs ? ['sha256', file.lfs.oid] : ['git blob id', file.blob];
      if (digest !== expected) {
        refuse(what, expected, digest);
      }
    },
  };
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
