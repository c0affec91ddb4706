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
  /** Where git-lfs keeps the bytes of the files whose pointers are in git. */
  readonly lfsFolder: string;
  /** Runs git and gives what it prints. @throws GitError where it doesn't end with 0. */
  git(...args: readonly string[]): Promise<string>;
  /** The same, for output that is not text, and with something on standard input. */
  gitBytes(args: readonly string[], input?: string | Buffer): Promise<Buffer>;
  /** Removes what was made to open it; a clone stays as it is. */
  close(): Promise<void>;
}

/** git itself refused; the message is its own. */
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
  const ask = async (question: string): Promise<string> => {
    const answer = await runGit(location, ['rev-parse', '--path-format=absolute', question]);
    return answer.toString('utf8').trimEnd();
  };
  try {
    const gitFolder = await ask('--git-common-dir');
    const isBare = (await ask('--is-bare-repository')) === 'true';
    const folder = isBare ? gitFolder : await ask('--show-toplevel');
    return repositoryAt(location, folder, gitFolder, !isBare);
  } catch (error) {
    throw insteadOfGitError(error, `${location} is in no git repository`);
  }
}

/** A bundle can't be read in place. Cloning it takes no longer: it has pointers, no weights. */
async function openBundle(location: string): Promise<Repository> {
  const folder = await mkdtemp(join(tmpdir(), 'tweet-sentiment-'));
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await runGit('.', ['clone', '--quiet', '--bare', '--', location, folder]);
  } catch (error) {
    await close();
    throw insteadOfGitError(error, `${location} is no bundle of a git repository`);
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
    throw insteadOfGitError(
      error,
      `${JSON.stringify(revision)} names no commit of ${repository.location}, or more than one`,
    );
  }
}

/** The tags of a repository by the full SHA of their commit; of several on one, the newest. */
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

/** What a refusal of git's means here. Any other error is thrown on as it is. */
function insteadOfGitError(error: unknown, message: string): unknown {
  return error instanceof GitError
    ? new ModelError('bad-reference', message, { cause: error })
    : error;
}

/** @throws GitError with what git said; ModelError `tool-failed` where git is not installed. */
async function runGit(
  folder: string,
  args: readonly string[],
  input: string | Buffer = '',
): Promise<Buffer> {
  // Quoted paths and translated messages would have to be read back.
  const child = spawn('git', ['-C', folder, '-c', 'core.quotePath=false', ...args], {
    env: { ...readEnvironment(), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' },
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', (cause: NodeJS.ErrnoException) => {
      const isMissing = cause.code === 'ENOENT';
      reject(isMissing ? new ModelError('tool-failed', 'git is not installed', { cause }) : cause);
    });
    child.on('close', resolve);
  });
  // git may end before it has read everything; its exit code tells why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code, output, errors] = await Promise.all([
    ended,
    buffer(child.stdout),
    text(child.stderr),
  ]);
  if (code !== 0) {
    // Some refusals, such as that there is nothing to commit, are told on standard output.
    const reason = errors.trim() || output.toString('utf8').trim() || `ended with ${code}`;
    throw new GitError(code, `git: ${reason}`);
  }
  return output;
}
