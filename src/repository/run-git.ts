/** Runs git as a process of its own. */
import { spawn } from 'node:child_process';
import { buffer, text } from 'node:stream/consumers';
import { type Environment, readEnvironment } from '../config/environment.ts';
import { ModelError } from '../version/errors.ts';

/** git failed. */
export class GitError extends ModelError {
  readonly exitCode: number | null;
  /** What git printed; empty where it printed nothing. */
  readonly reason: string;

  constructor(exitCode: number | null, reason: string) {
    super('tool-failed', `git: ${reason || `ended with ${exitCode}`}`);
    this.exitCode = exitCode;
    this.reason = reason;
  }
}

interface GitOptions {
  readonly environment: Environment;
  /** For standard input. */
  readonly input?: string | Buffer | undefined;
}

/** @throws GitError with git's message; ModelError `tool-missing` where git is not installed. */
export async function runGit(
  folder: string,
  args: readonly string[],
  { environment, input = '' }: GitOptions,
): Promise<Buffer> {
  // Paths are printed as they are, messages in English, and objects are those of their ids (not `git replace`).
  const child = spawn('git', ['-C', folder, '-c', 'core.quotePath=false', ...args], {
    env: { ...environment, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_NO_REPLACE_OBJECTS: '1' },
  });
  const exitCode = new Promise<number | null>((resolve, reject) => {
    child.on('error', (cause: NodeJS.ErrnoException) => {
      const isMissing = cause.code === 'ENOENT';
      reject(isMissing ? new ModelError('tool-missing', 'git is not installed', { cause }) : cause);
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
    throw new GitError(code, errors.trim() || output.toString('utf8').trim());
  }
  return output;
}

/** Variables of `--local-env-vars` that are configuration of the caller, not of a repository. */
const CONFIGURATION = new Set(['GIT_CONFIG_PARAMETERS', 'GIT_CONFIG_COUNT']);

/**
 * The environment of this process without the variables by which git names a repository to its hooks
 * (`GIT_DIR`, `GIT_INDEX_FILE`, …): a command reads the repository that its user names. git does the same
 * for submodules: run-command.c, `prepare_other_repo_env`.
 */
export async function ownEnvironment(): Promise<Environment> {
  const environment = readEnvironment();
  const names = await runGit('.', ['rev-parse', '--local-env-vars'], { environment });
  const cleared = new Set(names.toString('utf8').split('\n'));
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => CONFIGURATION.has(name) || !cleared.has(name)),
  );
}
