/** A model repository as a store: each of its commits is a version. */
import { hasCode, ModelError } from '../version/errors.ts';
import { formatManifest, MANIFEST_FILE, type VersionFile } from '../version/manifest.ts';
import type { Store } from '../version/stores/store.ts';
import { type Repository, resolveRevision } from './git.ts';
import { MAX_POINTER_BYTES, parsePointer, readLfsObject } from './lfs.ts';

/**
 * A store of the commits of a repository. `commit.json` is made from git's own objects, so a version is
 * proven as in any other store.
 *
 * @param fallback is read for what the repository does not have: other commits, and the bytes of
 * git-lfs files, which a bundle lacks.
 */
export function createRepositoryStore(repository: Repository, fallback: Store): Store {
  return {
    location: repository.location,
    async read(key, maxBytes) {
      const [sha = '', path = ''] = key.split(/^[^/]+\/([^/]+)\//).slice(1);
      const bytes = (await hasCommit(repository, sha))
        ? await readFromCommit(repository, sha, path)
        : undefined;
      return bytes ?? fallback.read(key, maxBytes);
    },
  };
}

async function hasCommit(repository: Repository, sha: string): Promise<boolean> {
  try {
    return (await resolveRevision(repository, sha)) === sha;
  } catch (error) {
    if (hasCode(error, 'bad-reference')) {
      return false;
    }
    throw error;
  }
}

/** @returns undefined where the repository has only the pointer of a git-lfs file. */
async function readFromCommit(
  repository: Repository,
  sha: string,
  path: string,
): Promise<Buffer | undefined> {
  if (path === MANIFEST_FILE) {
    const object = (await repository.gitBytes(['cat-file', 'commit', sha])).toString('utf8');
    return formatManifest({ commit: sha, object, files: await filesOf(repository, sha) });
  }
  const bytes = await repository
    .gitBytes(['cat-file', 'blob', `${sha}:${path}`])
    .catch((cause: unknown) => {
      throw new ModelError('not-found', `${path} is not a file of commit ${sha}`, { cause });
    });
  const pointer = parsePointer(bytes);
  return pointer ? readLfsObject(repository.lfsFolder, pointer.oid) : bytes;
}

async function filesOf({ git, gitBytes }: Repository, sha: string): Promise<VersionFile[]> {
  const entries = (await git('ls-tree', '-r', '-l', '-z', sha)).split('\0').filter(Boolean);
  return Promise.all(
    entries.map(async (entry) => {
      // <mode> <type> <id> <size, padded>\t<path>; the size of a submodule is "-".
      const [head = '', path = ''] = entry.split(/\t(.*)/s);
      const [mode = '', , blob = '', digits = ''] = head.split(/ +/);
      const size = Number(digits) || 0;
      const lfs =
        size <= MAX_POINTER_BYTES && mode.startsWith('100')
          ? parsePointer(await gitBytes(['cat-file', 'blob', blob]))
          : undefined;
      // A mode that a version must not have is refused when the listing is proven.
      return { path, mode, blob, size, ...(lfs && { lfs }) } as VersionFile;
    }),
  );
}
