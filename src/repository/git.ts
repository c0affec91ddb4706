/** Opens a model repository: a clone, a bare repository, or a bundle file. */
import { stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { type Environment, readEnvironment } from '../config/environment.ts';
import { shownPath } from '../folders.ts';
import { ModelError } from '../version/errors.ts';
import { createTemporaryDirectory } from '../version/staging.ts';
import { GitError, ownEnvironment, runGit } from './run-git.ts';

export interface Repository {
  /** As the caller named it; the absolute path where that was not a name, such as `.` or `..`. */
  readonly location: string;
  /** Where git runs: the root of the clone, or the bare repository. */
  readonly folder: string;
  /** False for a bare repository and for a bundle: there is nothing checked out to commit. */
  readonly hasWorkTree: boolean;
  /** Where git-lfs stores the bytes of the files whose pointers are in git. */
  readonly lfsFolder: string;
  /** Runs git. @returns its standard output. @throws GitError where its exit code is not 0. */
  git(...args: readonly string[]): Promise<string>;
  /** The same for output that is not text. @param input for standard input. */
  gitBytes(args: readonly string[], input?: string | Buffer): Promise<Buffer>;
  /** The same repository, with variables for git, such as `GIT_INDEX_FILE`. */
  withVariables(variables: Environment): Repository;
  /** Removes the temporary clone of a bundle. */
  close(): Promise<void>;
}

/** The repository that git's own variables name. Only git may set them: it does for filters and merge drivers. */
export function openCallingRepository(): Promise<Repository> {
  return openFolder('.', readEnvironment());
}

/**
 * Opens the repository that a folder is in, or a bundle file.
 *
 * @throws ModelError `bad-reference` where there is none; GitError where git refuses to read it.
 */
export async function openRepository(named: string): Promise<Repository> {
  const location = shownPath(named);
  const stats = await stat(location).catch(() => undefined);
  if (!stats) {
    throw new ModelError('bad-reference', `${location} does not exist: expected a git repository`);
  }
  const environment = await ownEnvironment();
  return stats.isFile() ? openBundle(location, environment) : openFolder(location, environment);
}

/** What git prints where no folder up to the root is a repository, and nowhere else. */
const NO_REPOSITORY = /not a git repository \(or any/;

async function openFolder(location: string, environment: Environment): Promise<Repository> {
  const revParse = async (option: string): Promise<string> => {
    const args = ['rev-parse', '--path-format=absolute', option];
    return (await runGit(location, args, { environment })).toString('utf8').trimEnd();
  };
  try {
    const gitFolder = await revParse('--git-common-dir');
    const isBare = (await revParse('--is-bare-repository')) === 'true';
    const folder = isBare ? gitFolder : await revParse('--show-toplevel');
    const place = { location, folder, lfsFolder: join(gitFolder, 'lfs'), hasWorkTree: !isBare };
    return repositoryAt(place, environment);
  } catch (error) {
    // Any other failure has its reason in git's message: another owner, a broken repository.
    throw error instanceof GitError && NO_REPOSITORY.test(error.message)
      ? new ModelError('bad-reference', `${location} is not in a git repository`, { cause: error })
      : error;
  }
}

/** Git can read a bundle only by cloning it, which is fast: it has pointers instead of weights. */
async function openBundle(location: string, environment: Environment): Promise<Repository> {
  const { path: folder, remove: close } = await createTemporaryDirectory();
  try {
    const args = ['clone', '--quiet', '--bare', '--', location, folder];
    await runGit('.', args, { environment });
  } catch (error) {
    await close();
    throw asBadReference(error, `${location} is not a bundle of a git repository`);
  }
  const place = { location, folder, lfsFolder: join(folder, 'lfs'), hasWorkTree: false };
  // Named, for users whose git finds no bare repository by itself (`safe.bareRepository`).
  return { ...repositoryAt(place, { ...environment, GIT_DIR: folder }), close };
}

type Place = Pick<Repository, 'location' | 'folder' | 'lfsFolder' | 'hasWorkTree'>;

function repositoryAt(place: Place, environment: Environment): Repository {
  const gitBytes = (args: readonly string[], input?: string | Buffer): Promise<Buffer> =>
    runGit(place.folder, args, { environment, input });
  return {
    ...place,
    git: async (...args) => (await gitBytes(args)).toString('utf8'),
    gitBytes,
    withVariables: (variables) => repositoryAt(place, { ...environment, ...variables }),
    close: async () => undefined,
  };
}

/**
 * The full SHA of the commit that a revision names: a branch, a tag, a short SHA, `main~1`.
 *
 * @throws ModelError `bad-reference` where it names none, or more than one.
 */
export async function resolveRevision(repository: Repository, revision: string): Promise<string> {
  try {
    const sha = await repository.git(
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${revision}^{commit}`,
    );
    return sha.trim();
  } catch (error) {
    throw asBadReference(
      error,
      `${JSON.stringify(revision)} names no commit of ${repository.location}, or more than one`,
    );
  }
}

/** The tags of a repository by the full SHA of their commit; the newest of several on one commit. */
export async function tagsOf(repository: Repository): Promise<ReadonlyMap<string, string>> {
  const lines = await repository.git(
    'for-each-ref',
    '--sort=creatordate',
    '--sort=version:refname',
    '--format=%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end) %(refname:strip=2)',
    'refs/tags',
  );
  return new Map(
    lines
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(' ', 2) as [string, string]),
  );
}

/** The value of a setting of git; undefined where it is not set. */
export async function readSetting(
  { git }: Pick<Repository, 'git'>,
  key: string,
): Promise<string | undefined> {
  try {
    return (await git('config', '--get', key)).trim();
  } catch (error) {
    if (error instanceof GitError && error.exitCode === 1) {
      return undefined;
    }
    throw error;
  }
}

/** Whether the next commit of everything in a clone would take a path in: it is in its folder, and not ignored. */
export async function wouldCommit(repository: Repository, path: string): Promise<boolean> {
  const within = relative(repository.folder, resolve(path));
  if (!repository.hasWorkTree || within.startsWith('..') || isAbsolute(within)) {
    return false;
  }
  try {
    await repository.git('check-ignore', '--quiet', '--no-index', '--', `${within}/`);
    return false;
  } catch (error) {
    if (error instanceof GitError && error.exitCode === 1) {
      return true;
    }
    throw error;
  }
}

/** A GitError as a `bad-reference` with this message and git's first line; any other error as it is. */
function asBadReference(error: unknown, message: string): unknown {
  if (!(error instanceof GitError)) {
    return error;
  }
  const [reason] = error.reason.split('\n', 1);
  return new ModelError('bad-reference', reason ? `${message}: ${reason}` : message, {
    cause: error,
  });
}
