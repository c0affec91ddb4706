/** Reads files of trees, from git's objects and git-lfs's. */
import { ModelError } from '../version/errors.ts';
import type { TreeFile } from '../version/git-objects.ts';
import type { VersionFile } from '../version/manifest.ts';
import type { Repository } from './git.ts';
import { MAX_POINTER_BYTES, parsePointer, readLfsObject } from './lfs.ts';

/** An entry of a tree, with its whole path. */
export interface TreeEntry extends TreeFile {
  /** Bytes of the blob; 0 for a submodule. */
  readonly size: number;
}

/** The entries of a tree and of the trees in it. @param tree a revision. */
export async function listTree({ git }: Repository, tree: string): Promise<TreeEntry[]> {
  const entries = (await git('ls-tree', '-r', '-l', '-z', tree)).split('\0').filter(Boolean);
  return entries.map((entry) => {
    // <mode> <type> <id> <size, padded>\t<path>; the size of a submodule is "-".
    const [head = '', path = ''] = entry.split(/\t(.*)/s);
    const [mode = '', , blob = '', digits = ''] = head.split(/ +/);
    return { path, mode, blob, size: Number(digits) || 0 };
  });
}

/** An object of git with its content. */
export interface GitObject {
  readonly id: string;
  readonly content: Buffer;
}

/**
 * Objects of one type, in one process of git.
 *
 * @param names ids, or revisions such as `<commit>^{tree}`.
 * @throws ModelError `tool-failed` where one is missing, or of another type.
 */
export async function readObjects(
  repository: Repository,
  type: 'blob' | 'tree',
  names: readonly string[],
): Promise<readonly GitObject[]> {
  const objects = await readObjectsIfPresent(repository, type, names);
  return objects.map((object, index) => {
    if (!object) {
      throw new ModelError('tool-failed', `git: ${names[index]} is missing, or no ${type}`);
    }
    return object;
  });
}

/** As `readObjects`; undefined for each that is missing, or of another type. */
export async function readObjectsIfPresent(
  { gitBytes }: Repository,
  type: 'blob' | 'tree',
  names: readonly string[],
): Promise<readonly (GitObject | undefined)[]> {
  const output = await gitBytes(['cat-file', '--batch'], names.map((name) => `${name}\n`).join(''));
  let position = 0;
  return names.map(() => {
    // `<id> <type> <size>`, a line feed, the bytes, a line feed; `<name> missing` has no bytes.
    const end = output.indexOf('\n', position);
    const header = output.toString('utf8', position, end);
    const [, id, found, size] = /^([0-9a-f]+) (\w+) (\d+)$/.exec(header) ?? [];
    position = end + 1 + (size === undefined ? 0 : Number(size) + 1);
    return id !== undefined && found === type
      ? { id, content: output.subarray(end + 1, position - 1) }
      : undefined;
  });
}

/** The content of blobs, in one process of git. */
export async function readBlobs(
  repository: Repository,
  ids: readonly string[],
): Promise<readonly Buffer[]> {
  return (await readObjects(repository, 'blob', ids)).map(({ content }) => content);
}

/** The files of a tree as a version lists them: a git-lfs file with what its pointer names. */
export async function listVersionFiles(
  repository: Repository,
  tree: string,
): Promise<VersionFile[]> {
  const entries = await listTree(repository, tree);
  const small = entries.filter(
    ({ mode, size }) => size <= MAX_POINTER_BYTES && mode.startsWith('100'),
  );
  const contents = await readBlobs(
    repository,
    small.map(({ blob }) => blob),
  );
  const pointers = new Map(small.map(({ path }, i) => [path, parsePointer(contents[i] as Buffer)]));
  // A mode that a version must not have is refused when the listing is proven.
  return entries.map((entry) => {
    const lfs = pointers.get(entry.path);
    return (lfs ? { ...entry, lfs } : entry) as VersionFile;
  });
}

export interface TreeContent {
  /** By path; of a git-lfs file, its own bytes. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** The git-lfs files whose pointers are in git, but whose bytes the repository lacks. */
  readonly missing: readonly string[];
}

/** Reads files of a tree. @param entries regular files of it. */
export async function readTree(
  repository: Repository,
  entries: readonly TreeFile[],
): Promise<TreeContent> {
  const files = new Map<string, Buffer>();
  const missing: string[] = [];
  const contents = await readBlobs(
    repository,
    entries.map(({ blob }) => blob),
  );
  for (const [i, { path }] of entries.entries()) {
    const content = contents[i] as Buffer;
    const pointer = parsePointer(content);
    const bytes = pointer ? await readLfsObject(repository.lfsFolder, pointer.oid) : content;
    if (bytes) {
      files.set(path, bytes);
    } else {
      missing.push(path);
    }
  }
  return { files, missing };
}
