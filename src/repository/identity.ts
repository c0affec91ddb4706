/** Whether git knows who commits. */
import { ModelError } from '../version/errors.ts';
import { GitError } from './run-git.ts';

/**
 * @param git runs git where the commit will be.
 * @throws ModelError `tool-failed` where it does not.
 */
export async function assertIdentity(git: (...args: string[]) => Promise<unknown>): Promise<void> {
  try {
    await git('var', 'GIT_COMMITTER_IDENT');
  } catch (error) {
    throw error instanceof GitError
      ? new ModelError(
          'tool-failed',
          'git does not know who commits: `git config --global user.name "…"` and ' +
            '`git config --global user.email …`, then again',
          { cause: error },
        )
      : error;
  }
}
