/** Makes this program the transfer agent of git-lfs in a clone whose remote of weights git-lfs does not know. */
import { quoteWord } from '../../terminal/shell.ts';
import type { Repository } from '../git.ts';
import { needsAgent, readLfsUrl } from './remote.ts';

const AGENT = 'tweet-sentiment';

/**
 * Registers the agent where `lfs.url` is an address that git-lfs itself can't transfer to.
 *
 * @param command runs this command line, as words for a shell.
 * @returns a line for each change.
 */
export async function registerAgent(repository: Repository, command: string): Promise<string[]> {
  const address = await readLfsUrl(repository);
  if (!needsAgent(address)) {
    return [];
  }
  const { git } = repository;
  const agent = `lfs.customtransfer.${AGENT}`;
  // git-lfs runs path and arguments in a shell, the path as one word.
  await git('config', `${agent}.path`, 'sh');
  await git('config', `${agent}.args`, `-c ${quoteWord(`${command} models lfs agent`)}`);
  // One process transfers all objects.
  await git('config', `${agent}.concurrent`, 'false');
  await git('config', 'lfs.standalonetransferagent', AGENT);
  // A store has no locks.
  await git('config', 'lfs.locksverify', 'false');
  return [`weights: git-lfs gets them from ${address} by this command line`];
}
