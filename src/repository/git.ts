/** Runs git on a model repository: a clone, a bare repository, or a bundle file. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { readEnvironment } from '../config/environment.ts';
import { ModelError } from '../version/errors.ts';

export interface Repository {
  /** As the caller named it. */
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
  /** Removes the temporary clone of a bundle. */
  close(): Promise<void>;
}

/** git failed; the message is git's. */
export class GitError extends ModelError {
  readonly exitCode: number | null;

  constructor(exitCode: number | null, message: string) {
    super('tool-failed', message);
    this.exitCode = exitCode;
  }
}

/**
 * Opens the repository that a folder is in, or a bundle file.
 *
 * @throws ModelError `bad-reference` where there is none.
 */
export async function openRepository(location: string): Promise<Repository> {
  const isFile = await stat(location).then(
    (stats) => stats.isFile(),
    () => false,
  );
  return isFile ? openBundle(location) : openFolder(location);
}

async function openFolder(location: string): Promise<Repository> {
  const revParse = async (option: string): Promise<string> => {
    const output = await runGit(location, ['rev-parse', '--path-format=absolute', option]);
    return output.toString('utf8').trimEnd();
  };
  try {
    const gitFolder = await revParse('--git-common-dir');
    const isBare = (await revParse('--is-bare-repository')) === 'true';
    const folder = isBare ? gitFolder : await revParse('--show-toplevel');
    return repositoryAt(location, folder, gitFolder, !isBare);
  } catch (error) {
    throw asBadReference(error, `${location} is not in a git repository`);
  }
}

/** Git can read a bundle only by cloning it, which is fast: it has pointers instead of weights. */
async function openBundle(location: string): Promise<Repository> {
  const folder = await mkdtemp(join(tmpdir(), 'tweet-sentiment-'));
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await runGit('.', ['clone', '--quiet', '--bare', '--', location, folder]);
  } catch (error) {
    await close();
    throw asBadReference(error, `${location} is not a bundle of a git repository`);
  }
  return { ...repositoryAt(location, folder, folder, false), close };
}

function repositoryAt(
  location: string,
  folder: string,
  gitFolder: string,
  hasWorkTree: boolean,
): Repository {
  const gitBytes = (args: readonly string[], input?: string | Buffer): Promise<Buffer> =>
    runGit(folder, args, input);
  return {
    location,
    folder,
    hasWorkTree,
    lfsFolder: join(gitFolder, 'lfs'),
    git: async (...args) => (await gitBytes(args)).toString('utf8'),
    gitBytes,
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

/** A GitError as a `bad-reference` with this message; any other error as it is. */
function asBadReference(error: unknown, message: string): unknown {
  return error instanceof GitError
    ? new ModelError('bad-reference', message, { cause: error })
    : error;
}

/** @throws GitError with git's message; ModelError `tool-failed` where git is not installed. */
async function runGit(
  folder: string,
  args: readonly string[],
  input: string | Buffer = '',
): Promise<Buffer> {
  // Paths are printed as they are, and messages in English.
  const child = spawn('git', ['-C', folder, '-c', 'core.quotePath=false', ...args], {
    env: { ...readEnvironment(), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' },
  });
  const exitCode = new Promise<number | null>((resolve, reject) => {
    child.on('error', (cause: NodeJS.ErrnoException) => {
      const isMissing = cause.code === 'ENOENT';
      reject(isMissing ? new ModelError('tool-failed', 'git is not installed', { cause }) : cause);
    });
    child.on('close', resolve);
  });
  // git may exit before it has read all its input; its exit code reports why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code, output, errors] = await Promise.all([
    exitCode,
    buffer(child.stdout),
    text(child.stderr),
  ]);
  if (code !== 0) {
    // git prints some errors, such as that there is nothing to commit, to standard output.
    const reason = errors.trim() || output.toString('utf8').trim() || `ended with ${code}`;
    throw new GitError(code, `git: ${reason}`);
  }
  return output;
}
