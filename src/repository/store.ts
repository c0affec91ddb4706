/** A model repository as a store: each of its commits is a version. */
import { hasCode, ModelError } from '../version/errors.ts';
import { formatManifest, MANIFEST_FILE } from '../version/manifest.ts';
import type { Store } from '../version/stores/store.ts';
import { type Repository, resolveRevision } from './git.ts';
import { parsePointer, readLfsObject } from './lfs.ts';
import { listVersionFiles } from './objects.ts';

/** What neither a repository nor its fallback has. */
export interface Missing {
  readonly repository: Repository;
  readonly fallback: Store;
  readonly commit: string;
  /** The file of which the repository has only the pointer; undefined where it does not have the commit. */
  readonly pointer: string | undefined;
}

/** For the command line: what is missing, and how a user gets it. */
export function describeMissing({ repository, fallback, commit, pointer }: Missing): string {
  const { location, hasWorkTree } = repository;
  const reason =
    pointer === undefined
      ? `${location} does not have commit ${commit}`
      : `${location} has only the git-lfs pointer of ${pointer} of ${commit}`;
  const pull =
    pointer !== undefined && hasWorkTree ? '`models pull` copies it from a remote; else ' : '';
  return (
    `${reason}, and ${fallback.location} does not have it either: ${pull}name a store that has it, by ` +
    '--model-store, or --from of publish'
  );
}

/**
 * A store of the commits of a repository. `commit.json` is made from git's own objects, so a version is
 * proven as in any other store.
 *
 * @param fallback is read for what the repository does not have: other commits, and the bytes of
 * git-lfs files, which a bundle lacks.
 * @param describe makes the message for what neither of them has.
 */
export function createRepositoryStore(
  repository: Repository,
  fallback: Store,
  describe: (missing: Missing) => string = describeMissing,
): Store {
  return {
    location: repository.location,
    async read(key, maxBytes) {
      const [sha = '', path = ''] = key.split(/^[^/]+\/([^/]+)\//).slice(1);
      if (sha === '') {
        // A file beside the versions.
        return fallback.read(key, maxBytes);
      }
      if (!(await hasCommit(repository, sha))) {
        return readFallback({ commit: sha, pointer: undefined }, key, maxBytes);
      }
      const bytes = await readFromCommit(repository, sha, path);
      return bytes ?? readFallback({ commit: sha, pointer: path }, key, maxBytes);
    },
  };

  async function readFallback(
    missing: Pick<Missing, 'commit' | 'pointer'>,
    key: string,
    maxBytes: number,
  ): Promise<Buffer> {
    try {
      return await fallback.read(key, maxBytes);
    } catch (error) {
      throw hasCode(error, 'not-found')
        ? new ModelError('not-found', describe({ repository, fallback, ...missing }), {
            cause: error,
          })
        : error;
    }
  }
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
    return formatManifest({ commit: sha, object, files: await listVersionFiles(repository, sha) });
  }
  const bytes = await repository
    .gitBytes(['cat-file', 'blob', `${sha}:${path}`])
    .catch((cause: unknown) => {
      throw new ModelError('not-found', `${path} is not a file of commit ${sha}`, { cause });
    });
  const pointer = parsePointer(bytes);
  return pointer ? readLfsObject(repository.lfsFolder, pointer.oid) : bytes;
}
