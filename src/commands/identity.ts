/** Who runs a command, for what a store records. */
import { userInfo } from 'node:os';
import { ownEnvironment, runGit } from '../repository/run-git.ts';
import { ModelError } from '../version/errors.ts';

/** `Name <email>` as git would sign a commit; the user of the system where git has no name for it. */
export async function whoRuns(): Promise<string> {
  try {
    const args = ['var', 'GIT_COMMITTER_IDENT'];
    const identity = await runGit('.', args, { environment: await ownEnvironment() });
    // `Name <email> seconds zone`
    return identity.toString('utf8').replace(/ \d+ [+-]\d+\s*$/, '');
  } catch (error) {
    if (error instanceof ModelError) {
      return userInfo().username;
    }
    throw error;
  }
}
