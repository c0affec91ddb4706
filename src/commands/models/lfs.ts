import { buffer } from 'node:stream/consumers';
import type { Command } from 'commander';
import { openCallingRepository } from '../../repository/git.ts';
import { parsePointer, readLfsObject, storeLfsObject } from '../../repository/lfs.ts';
import { runAgent } from '../../repository/weights/agent.ts';
import { findRemote } from '../../repository/weights/remote.ts';
import { withTransferDirectory } from '../../repository/weights/transfer.ts';

/** How long a remote may not respond, as for any command. */
const AGENT_TIMEOUT_MS = 30_000;

/** git runs these as a filter where git-lfs is not installed. */
export function addLfs(models: Command): void {
  const lfs = models
    .command('lfs', { hidden: true })
    .description('Filters that git runs for git-lfs files; `models init` registers them.');
  lfs
    .command('clean')
    .description('Store the bytes of standard input and print their pointer.')
    .action(() => filter(clean));
  lfs
    .command('smudge')
    .description(
      'Print the bytes of the pointer on standard input; the pointer itself if they are missing.',
    )
    .action(() => filter(smudge));
  lfs
    .command('agent')
    .description('Transfer objects for git-lfs, which runs this as its custom transfer agent.')
    .action(agent);
}

async function agent(): Promise<void> {
  const repository = await openCallingRepository();
  await withTransferDirectory(repository.lfsFolder, (folder) =>
    runAgent({
      folder,
      input: process.stdin,
      write: (line) => process.stdout.write(line),
      openRemote: (gitRemote) =>
        findRemote(repository, { gitRemote, retry: { timeoutMs: AGENT_TIMEOUT_MS } }),
    }),
  );
}

async function filter(
  convert: (lfsFolder: string, input: Buffer) => Promise<Buffer>,
): Promise<void> {
  // git runs filters at the root of the working tree.
  const { lfsFolder } = await openCallingRepository();
  process.stdout.write(await convert(lfsFolder, await buffer(process.stdin)));
}

/** A pointer that was checked out without its bytes stays a pointer. */
async function clean(lfsFolder: string, input: Buffer): Promise<Buffer> {
  return parsePointer(input) ? input : storeLfsObject(lfsFolder, input);
}

async function smudge(lfsFolder: string, input: Buffer): Promise<Buffer> {
  const pointer = parsePointer(input);
  return (pointer && (await readLfsObject(lfsFolder, pointer.oid))) ?? input;
}
