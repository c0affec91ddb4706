/** The files of many commits, with few processes of git: trees and blobs that commits share are read once. */
import { createHash } from 'node:crypto';
import type { TreeFile } from '../../version/git-objects.ts';
import type { Repository } from '../git.ts';
import { readObjects } from '../objects.ts';

interface TreeNode {
  readonly mode: string;
  readonly name: string;
  readonly id: string;
}

const FOLDER_MODE = '40000';

/** The files of each commit, with their whole paths; not those of submodules. */
export async function readTrees(
  repository: Repository,
  commits: readonly string[],
): Promise<ReadonlyMap<string, readonly TreeFile[]>> {
  const names = commits.map((commit) => `${commit}^{tree}`);
  const roots = await readObjects(repository, 'tree', names);
  const trees = new Map(roots.map(({ id, content }) => [id, parseTree(content, id.length / 2)]));
  let unread = foldersOf([...trees.values()].flat(), trees);
  while (unread.length > 0) {
    const read = await readObjects(repository, 'tree', unread);
    const nodes = read.map(({ id, content }) => [id, parseTree(content, id.length / 2)] as const);
    for (const [id, children] of nodes) {
      trees.set(id, children);
    }
    unread = foldersOf(
      nodes.flatMap(([, children]) => children),
      trees,
    );
  }
  return new Map(
    commits.map((commit, index) => [commit, listFiles(trees, roots[index]?.id as string, '')]),
  );
}

/** Ids of the folders that have not been read yet, each once. */
function foldersOf(nodes: readonly TreeNode[], known: ReadonlyMap<string, unknown>): string[] {
  const folders = nodes.filter(({ mode, id }) => mode === FOLDER_MODE && !known.has(id));
  return [...new Set(folders.map(({ id }) => id))];
}

/** `<mode> <name>`, a NUL, the bytes of the id. Source: Git Internals, "Git Objects". */
function parseTree(content: Buffer, idBytes: number): TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let at = 0; at < content.byteLength; ) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, space);
    nodes.push({
      mode: content.toString('latin1', at, space),
      name: content.toString('utf8', space + 1, end),
      id: content.toString('hex', end + 1, end + 1 + idBytes),
    });
    at = end + 1 + idBytes;
  }
  return nodes;
}

function listFiles(
  trees: ReadonlyMap<string, readonly TreeNode[]>,
  tree: string,
  folder: string,
): TreeFile[] {
  return (trees.get(tree) ?? []).flatMap(({ mode, name, id }) => {
    const path = `${folder}${name}`;
    if (mode === FOLDER_MODE) {
      return listFiles(trees, id, `${path}/`);
    }
    return mode.startsWith('100') ? [{ path, mode, blob: id }] : [];
  });
}

/** Blobs are read in groups of about this size. */
const GROUP_BYTES = 32 * 1024 ** 2;
/** Files that are parsed are smaller. */
const PARSED_BYTES = 1024 ** 2;
/** Pointers, and the marks of merges, are smaller. */
const KEPT_BYTES = 4 * 1024;

export interface BlobContent {
  readonly size: number;
  /** SHA-256 of the content, hex. */
  readonly sha256: string;
  /** Undefined for a blob of which only the digest is kept. */
  readonly bytes: Buffer | undefined;
}

/**
 * Size, digest and, of small ones, content of blobs by their ids.
 *
 * @param parsed the ids of those whose content is kept also where it is longer than a pointer.
 */
export async function readBlobContents(
  repository: Repository,
  ids: readonly string[],
  parsed: ReadonlySet<string>,
): Promise<ReadonlyMap<string, BlobContent>> {
  const contents = new Map<string, BlobContent>();
  for (const group of await groupBySize(repository, [...new Set(ids)])) {
    for (const { id, content } of await readObjects(repository, 'blob', group)) {
      const sha256 = createHash('sha256').update(content).digest('hex');
      // A copy: a part of git's output would keep all of it.
      const maxBytes = parsed.has(id) ? PARSED_BYTES : KEPT_BYTES;
      const bytes = content.byteLength <= maxBytes ? Buffer.from(content) : undefined;
      contents.set(id, { size: content.byteLength, sha256, bytes });
    }
  }
  return contents;
}

async function groupBySize({ gitBytes }: Repository, ids: readonly string[]): Promise<string[][]> {
  const input = ids.map((id) => `${id}\n`).join('');
  const output = await gitBytes(['cat-file', '--batch-check=%(objectsize)'], input);
  const sizes = output.toString('utf8').split('\n').map(Number);
  const groups: string[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const [index, id] of ids.entries()) {
    if (bytes > GROUP_BYTES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)?.push(id);
    bytes += sizes[index] ?? 0;
  }
  return groups;
}
