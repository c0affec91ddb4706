import { buffer } from 'node:stream/consumers';
import type { Command } from 'commander';
import { openCallingRepository } from '../../repository/git.ts';
import { parsePointer, readLfsObject, storeLfsObject } from '../../repository/lfs.ts';

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
