/** Which git-lfs files commits have. */

import type { Repository } from '../git.ts';
import { MAX_POINTER_BYTES, type Pointer, parsePointer } from '../lfs.ts';
import { listTree, readBlobs } from '../objects.ts';

/** A git-lfs file of a commit. */
export interface LfsFile extends Pointer {
  readonly path: string;
  /** The id of the pointer in git. */
  readonly blob: string;
}

/** The git-lfs files of one commit. */
export async function lfsFilesOf(repository: Repository, commit: string): Promise<LfsFile[]> {
  const entries = await listTree(repository, commit);
  const small = entries.filter(
    ({ mode, size }) => mode.startsWith('100') && size <= MAX_POINTER_BYTES,
  );
  return parsePointers(
    repository,
    small.map(({ path, blob }) => ({ path, blob })),
  );
}

/** The git-lfs files of a commit and of all commits before it. */
export async function lfsFilesOfHistory(
  repository: Repository,
  commit: string,
): Promise<LfsFile[]> {
  const { git, gitBytes } = repository;
  // Larger blobs are no pointers. A line is `<id> <path>`; of a commit, without a path.
  const args = ['rev-list', '--objects', `--filter=blob:limit=${MAX_POINTER_BYTES + 1}`];
  const lines = (await git(...args, commit)).split('\n').filter((line) => line.includes(' '));
  const objects = lines.map((line) => {
    const [blob = '', path = ''] = line.split(/ (.*)/s);
    return { blob, path };
  });
  const input = objects.map(({ blob }) => `${blob}\n`).join('');
  const types = await gitBytes(['cat-file', '--batch-check=%(objecttype)'], input);
  const typeOf = types.toString('utf8').split('\n');
  return parsePointers(
    repository,
    objects.filter((_, index) => typeOf[index] === 'blob'),
  );
}

async function parsePointers(
  repository: Repository,
  files: readonly Pick<LfsFile, 'path' | 'blob'>[],
): Promise<LfsFile[]> {
  const contents = await readBlobs(
    repository,
    files.map(({ blob }) => blob),
  );
  return files.flatMap(({ path, blob }, index) => {
    const pointer = parsePointer(contents[index] as Buffer);
    return pointer ? [{ path, blob, ...pointer }] : [];
  });
}
