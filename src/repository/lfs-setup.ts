/** Whether a clone has git-lfs, and what helps where the bytes of a git-lfs file are missing. */
import { type Repository, readSetting } from './git.ts';

const CLEAN = 'filter.lfs.clean';

/** True where git-lfs itself filters files: `git lfs install` configures it. */
export async function hasGitLfs(repository: Repository): Promise<boolean> {
  return isGitLfs(await readSetting(repository, CLEAN));
}

/** Whether this command line is the filter already. @param command as `models init` registers it. */
export async function isFilter(repository: Repository, command: string): Promise<boolean> {
  return (await readSetting(repository, CLEAN)) === `${command} models lfs clean`;
}

/** Why a file that is a git-lfs pointer can't be used, and what helps. */
export async function explainMissingBytes(repository: Repository, path: string): Promise<string> {
  const clean = await readSetting(repository, CLEAN);
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
