import { buffer } from 'node:stream/consumers';
import type { Command } from 'commander';
import { openRepository } from '../../repository/git.ts';
import { keepLfs, parsePointer, readLfs } from '../../repository/lfs.ts';

/** Run by git, as a filter, where git-lfs is not installed. */
export function addLfs(models: Command): void {
  const lfs = models
    .command('lfs', { hidden: true })
    .description('What git runs for git-lfs paths.');
  lfs
    .command('clean')
    .description('Keep the bytes on standard input; print their pointer.')
    .action(() => filter(clean));
  lfs
    .command('smudge')
    .description('Print the bytes of the pointer on standard input, or the pointer without them.')
    .action(() => filter(smudge));
}

async function filter(
  convert: (lfsFolder: string, input: Buffer) => Promise<Buffer>,
): Promise<void> {
  // git runs filters at the root of the working tree.
  const { lfsFolder } = await openRepository('.');
  process.stdout.write(await convert(lfsFolder, await buffer(process.stdin)));
}

/** A pointer that was never smudged stays what it is. */
async function clean(lfsFolder: string, input: Buffer): Promise<Buffer> {
  return parsePointer(input) ? input : keepLfs(lfsFolder, input);
}

async function smudge(lfsFolder: string, input: Buffer): Promise<Buffer> {
  const pointer = parsePointer(input);
  return (pointer && (await readLfs(lfsFolder, pointer.oid))) ?? input;
}
