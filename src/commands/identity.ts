/** Who runs a command, for what a store records. */
import { userInfo } from 'node:os';
import type { Environment } from '../config/environment.ts';
import { isSystemError } from '../errors.ts';
import { ownEnvironment, runGit } from '../repository/run-git.ts';
import { cutText } from '../terminal/cut-text.ts';
import { ModelError } from '../version/errors.ts';

/** Fewer than a store's records allow. */
const MAX_CHARS = 400;

/**
 * `Name <email>` as git would sign a commit; the user of the system where git has no name for it.
 *
 * @param environment of git.
 * @param systemName the user of the system; throws for one without a name, as in a container.
 */
export async function whoRuns(
  environment?: Environment,
  systemName: () => string = () => userInfo().username,
): Promise<string> {
  try {
    const args = ['var', 'GIT_COMMITTER_IDENT'];
    const identity = await runGit('.', args, {
      environment: environment ?? (await ownEnvironment()),
    });
    // `Name <email> seconds zone`
    return cutText(identity.toString('utf8').replace(/ \d+ [+-]\d+\s*$/, ''), MAX_CHARS);
  } catch (error) {
    if (error instanceof ModelError) {
      return userName(systemName);
    }
    throw error;
  }
}

function userName(systemName: () => string): string {
  try {
    return systemName();
  } catch (error) {
    if (isSystemError(error)) {
      return `user ${process.getuid?.()}`;
    }
    throw error;
  }
}
