/** From a SHA to proven bytes: no byte of a version is used before it is proven. */
import { createHash, type Hash } from 'node:crypto';
import { resolve } from 'node:path';
import { pinKey } from './alias.ts';
import { hasCode, ModelError, notProven } from './errors.ts';
import { algorithmOf, createObjectHash, isFullSha } from './git-objects.ts';
import {
  MANIFEST_FILE,
  MAX_MANIFEST_BYTES,
  type Manifest,
  parseManifest,
  sizeOf,
  type VersionFile,
} from './manifest.ts';
import { isRemote, isWritable, type Store } from './stores/store.ts';

/** One commit of a model repository whose listing is proven. */
export interface Version extends Manifest {
  readonly model: string;
  /**
   * The proven bytes of one file.
   *
   * @throws ModelError `not-found` for a path that is not part of the version, `not-proven` where the
   * store's bytes are not the commit's.
   */
  read(path: string): Promise<Buffer>;
}

const MAX_PIN_BYTES = 1024;

/**
 * The commit to serve: the given one, or the one that an alias is pinned to.
 *
 * @throws ModelError `bad-reference` where it is not a full SHA.
 */
export async function resolveCommit(
  store: Store,
  model: string,
  commit?: string,
  alias?: string,
): Promise<string> {
  if (commit !== undefined) {
    return checkCommit(commit);
  }
  const key = pinKey(model, alias);
  const bytes = await store.read(key, MAX_PIN_BYTES).catch((error: unknown) => {
    throw hasCode(error, 'not-found')
      ? new ModelError(
          'not-found',
          `${error.message}: expected the full SHA of the version to serve there, or in MODEL_COMMIT${storeHint(store)}`,
          { cause: error },
        )
      : error;
  });
  return checkCommit(bytes.toString('utf8').trim(), key);
}

/**
 * The commit, if it is a full SHA.
 *
 * @param source where it is from, for the message.
 * @throws ModelError `bad-reference` where it is not.
 */
export function checkCommit(commit: string, source = 'MODEL_COMMIT'): string {
  if (!isFullSha(commit)) {
    const found = JSON.stringify(commit.slice(0, 80));
    throw new ModelError(
      'bad-reference',
      `${source} must be a full commit SHA (40 or 64 lower-case hex digits), found ${found}: ` +
        'a branch, a tag or a short SHA can refer to another commit later, a full SHA can not',
      { data: { source, found } },
    );
  }
  return commit;
}

/**
 * Reads a version's `commit.json`, and proves it from the SHA.
 *
 * @throws ModelError where the store has no such version, or its listing is not the commit's.
 */
export async function readManifest(
  store: Store,
  model: string,
  sha: string,
): Promise<{ bytes: Buffer; manifest: Manifest }> {
  const key = `${model}/${sha}/${MANIFEST_FILE}`;
  const bytes = await store.read(key, MAX_MANIFEST_BYTES).catch((error: unknown) => {
    throw hasCode(error, 'not-found')
      ? new ModelError(
          'not-found',
          `${store.location} holds no version ${sha} of ${model}: ${error.message}${storeHint(store)}`,
          { cause: error, data: { store: store.location, model, commit: sha } },
        )
      : error;
  });
  return { bytes, manifest: parseManifest(bytes, sha) };
}

/** Which store was meant, and how another one is named; a model repository is none that the setting names. */
function storeHint(store: Store): string {
  if (!isWritable(store) && !isRemote(store)) {
    return '';
  }
  const where = isRemote(store) ? store.location : resolve(store.location);
  return `; MODEL_STORE is ${where}: set it to the store that has the version`;
}

/**
 * Opens a version: proves its listing from the SHA. Its files are proven when they are read.
 *
 * @throws ModelError where the store has no such version, or its listing is not the commit's.
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
      assertProven(file, bytes, sha);
      return bytes;
    },
  };
}

/** Proves the bytes of a file, chunk by chunk. */
export interface Proof {
  update(chunk: Uint8Array): void;
  /** @throws ModelError `not-proven`, naming the file, what was expected and what was found. */
  end(): void;
}

/** @param sha of the version that the file belongs to. */
export function startProof(file: VersionFile, sha: string): Proof {
  const size = sizeOf(file);
  return file.lfs
    ? startSha256Proof(file.path, size, file.lfs.oid)
    : startHashProof(file.path, size, {
        hash: createObjectHash('blob', size, algorithmOf(sha)),
        property: 'git blob id',
        expected: file.blob,
      });
}

/** @throws ModelError `not-proven` where the bytes are not those of the file. */
export function assertProven(file: VersionFile, bytes: Uint8Array, sha: string): void {
  const proof = startProof(file, sha);
  proof.update(bytes);
  proof.end();
}

/**
 * @param name of what is proven, for messages.
 * @param size in bytes.
 * @param expected SHA-256 in hex.
 */
export function startSha256Proof(name: string, size: number, expected: string): Proof {
  return startHashProof(name, size, { hash: createHash('sha256'), property: 'sha256', expected });
}

interface Digest {
  readonly hash: Hash;
  /** What it is, for messages. */
  readonly property: string;
  readonly expected: string;
}

function startHashProof(name: string, size: number, { hash, property, expected }: Digest): Proof {
  let bytes = 0;
  return {
    update(chunk) {
      bytes += chunk.byteLength;
      hash.update(chunk);
    },
    end() {
      if (bytes !== size) {
        throw notProven(name, 'size in bytes', size, bytes);
      }
      const digest = hash.digest('hex');
      if (digest !== expected) {
        throw notProven(name, property, expected, digest);
      }
    },
  };
}

/**
 * Reads and proves every file of a version. Where the store can list files, an additional file is
 * refused.
 *
 * @returns the proven bytes by path.
 */
export async function readVersion(
  store: Store,
  version: Version,
): Promise<ReadonlyMap<string, Buffer>> {
  const known = new Set([MANIFEST_FILE, ...version.files.map((file) => file.path)]);
  const found = (await store.list?.(`${version.model}/${version.commit}`)) ?? [];
  const additional = found.find((path) => !known.has(path));
  if (additional !== undefined) {
    throw new ModelError('not-proven', `${additional}: not a file of commit ${version.commit}`, {
      data: { path: additional },
    });
  }
  const files = new Map<string, Buffer>();
  for (const { path } of version.files) {
    files.set(path, await version.read(path));
  }
  return files;
}
