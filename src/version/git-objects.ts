/**
 * Git's object ids and its commit format, as far as they are needed to prove a version.
 * Source: git's documentation, gitformat-index and "Git Internals: Git Objects"; git-lfs, docs/spec.md.
 */
import { createHash, type Hash } from 'node:crypto';
import { mismatch } from '../errors.ts';
import { ModelError } from './errors.ts';

/** A repository's hash function; it follows from the length of an id. */
export type HashAlgorithm = 'sha1' | 'sha256';

/** One file of a commit, with its whole path. */
export interface TreeFile {
  readonly path: string;
  readonly mode: string;
  readonly blob: string;
}

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** Instant of the signature, ISO 8601 in UTC. */
  readonly date: string;
}

export interface Commit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

const FULL_SHA = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** True for a full lower-case object id: 40 hex digits (SHA-1) or 64 (SHA-256). */
export function isFullSha(text: string): boolean {
  return FULL_SHA.test(text);
}

/** The hash function of a full object id. */
export function algorithmOf(sha: string): HashAlgorithm {
  return sha.length === 40 ? 'sha1' : 'sha256';
}

type ObjectType = 'blob' | 'tree' | 'commit';

/** Git's id of an object. */
export function objectId(type: ObjectType, content: Uint8Array, algorithm: HashAlgorithm): string {
  return createObjectHash(type, content.byteLength, algorithm).update(content).digest('hex');
}

/** A hash whose digest is the object's id. @param size bytes of the content that is passed to it. */
export function createObjectHash(type: ObjectType, size: number, algorithm: HashAlgorithm): Hash {
  return createHash(algorithm).update(`${type} ${size}\0`);
}

/** The git-lfs pointer of a file, which is in the repository in its place. @param oid SHA-256, hex. */
export function lfsPointer(oid: string, size: number): Buffer {
  return Buffer.from(
    `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${size}\n`,
  );
}

interface Folder {
  readonly entries: Map<string, TreeFile | Folder>;
}

const isFolder = (entry: TreeFile | Folder): entry is Folder => 'entries' in entry;

/**
 * The id of the root tree that contains exactly these files.
 *
 * @throws ModelError `not-proven` where two files can't be in one tree: the same path twice, or a path
 * that is both a file and a folder.
 */
export function rootTreeId(files: readonly TreeFile[], algorithm: HashAlgorithm): string {
  const root: Folder = { entries: new Map() };
  for (const file of files) {
    insert(root, file);
  }
  return treeId(root, algorithm);
}

function insert(root: Folder, file: TreeFile): void {
  const conflict = new ModelError(
    'not-proven',
    `two entries have the path ${JSON.stringify(file.path)}`,
    { data: { path: file.path } },
  );
  const names = file.path.split('/');
  const base = names.pop() as string;
  let folder = root;
  for (const name of names) {
    const next = folder.entries.get(name) ?? { entries: new Map() };
    if (!isFolder(next)) {
      throw conflict;
    }
    folder.entries.set(name, next);
    folder = next;
  }
  if (folder.entries.has(base)) {
    throw conflict;
  }
  folder.entries.set(base, file);
}

function treeId(folder: Folder, algorithm: HashAlgorithm): string {
  const entries = [...folder.entries].map(([name, entry]) =>
    isFolder(entry)
      ? // Git sorts a folder as if its name ended with a slash.
        {
          sortKey: Buffer.from(`${name}/`),
          head: `40000 ${name}\0`,
          id: treeId(entry, algorithm),
        }
      : { sortKey: Buffer.from(name), head: `${entry.mode} ${name}\0`, id: entry.blob },
  );
  entries.sort((a, b) => Buffer.compare(a.sortKey, b.sortKey));
  const content = Buffer.concat(
    entries.flatMap(({ head, id }) => [Buffer.from(head), Buffer.from(id, 'hex')]),
  );
  return objectId('tree', content, algorithm);
}

/**
 * Parses a raw commit object as git does: `tree` first, then any `parent` lines, `author`,
 * `committer`, further headers whose continuation lines begin with a space (signatures, merged
 * tags), an empty line, the message.
 *
 * @throws ModelError `not-proven` where the object is not a commit.
 */
export function parseCommit(object: string): Commit {
  const end = object.indexOf('\n\n');
  const headers = (end < 0 ? object.replace(/\n$/, '') : object.slice(0, end)).split('\n');
  const take = (key: string): string | undefined =>
    headers[0]?.startsWith(`${key} `) ? headers.shift()?.slice(key.length + 1) : undefined;
  const expect = (key: string): string => {
    const value = take(key);
    if (value === undefined) {
      const found = JSON.stringify(headers[0]?.slice(0, 40) ?? '');
      throw new ModelError('not-proven', mismatch('commit object', `a "${key}" line`, found));
    }
    return value;
  };

  const tree = expect('tree');
  const parents: string[] = [];
  for (let parent = take('parent'); parent !== undefined; parent = take('parent')) {
    parents.push(parent);
  }
  const author = parseSignature(expect('author'));
  const committer = parseSignature(expect('committer'));
  return { tree, parents, author, committer, message: end < 0 ? '' : object.slice(end + 2) };
}

/** The last second that JavaScript's dates have: in the year 275760. */
const MAX_SECONDS = 8.64e12;

/** `Name <email> seconds zone`. As in git, name and date may be missing, and a date out of range is that of 1970. */
function parseSignature(line: string): Signature {
  const match = /^([^<]*?) ?<([^>]*)>(?: (-?\d+)(?: [+-]\d+)?)?/.exec(line);
  const seconds = Number(match?.[3] ?? 0);
  return {
    name: match?.[1] ?? line,
    email: match?.[2] ?? '',
    date: new Date(Math.abs(seconds) <= MAX_SECONDS ? seconds * 1000 : 0).toISOString(),
  };
}
