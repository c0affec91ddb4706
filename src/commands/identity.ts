/** Who runs a command, for what a store records. */
import { userInfo } from 'node:os';
import { isSystemError } from '../errors.ts';
import { ownEnvironment, runGit } from '../repository/run-git.ts';
import { cutText } from '../terminal/cut-text.ts';
import { ModelError } from '../version/errors.ts';

/** Fewer than a store's records allow. */
const MAX_CHARS = 400;

/** `Name <email>` as git would sign a commit; the user of the system where git has no name for it. */
export async function whoRuns(): Promise<string> {
  try {
    const args = ['var', 'GIT_COMMITTER_IDENT'];
    const identity = await runGit('.', args, { environment: await ownEnvironment() });
    // `Name <email> seconds zone`
    return cutText(identity.toString('utf8').replace(/ \d+ [+-]\d+\s*$/, ''), MAX_CHARS);
  } catch (error) {
    if (error instanceof ModelError) {
      return userName();
    }
    throw error;
  }
}

/** A container may run as a user without a name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch (error) {
    if (isSystemError(error)) {
      return `user ${process.getuid?.()}`;
    }
    throw error;
  }
}
