/** Whether a clone has git-lfs, and what helps where the bytes of a git-lfs file are missing. */
import type { Repository } from './git.ts';
import { GitError } from './run-git.ts';

const CLEAN = 'filter.lfs.clean';

/** True where git-lfs itself filters files: `git lfs install` configures it. */
export async function hasGitLfs(repository: Repository): Promise<boolean> {
  return isGitLfs(await configured(repository, CLEAN));
}

/** Whether this command line is the filter already. @param command as `models init` registers it. */
export async function isFilter(repository: Repository, command: string): Promise<boolean> {
  return (await configured(repository, CLEAN)) === `${command} models lfs clean`;
}

/** Why a file that is a git-lfs pointer can't be used, and what helps. */
export async function explainMissingBytes(repository: Repository, path: string): Promise<string> {
  const clean = await configured(repository, CLEAN);
  const help = isGitLfs(clean)
    ? '`git lfs pull` downloads them'
    : '`models pull` copies them from a remote of the clone; ' +
      `else train the model again, or copy ${path} from a store` +
      (clean === undefined ? ', after `models init`' : '');
  return `${path} is a git-lfs pointer here: its bytes are missing; ${help}`;
}

function isGitLfs(command: string | undefined): boolean {
  return command?.startsWith('git-lfs ') ?? false;
}

/** The value of a setting of git; undefined where it is not set. */
async function configured({ git }: Repository, key: string): Promise<string | undefined> {
  try {
    return (await git('config', '--get', key)).trim();
  } catch (error) {
    if (error instanceof GitError && error.exitCode === 1) {
      return undefined;
    }
    throw error;
  }
}
