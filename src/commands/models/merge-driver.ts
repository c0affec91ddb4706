import type { Command } from 'commander';
import { openRepository } from '../../repository/git.ts';
import { type DriverFiles, runMergeDriver } from '../../repository/merge/merge-driver.ts';
import type { HashAlgorithm } from '../../version/git-objects.ts';
import { notify, warn } from '../output.ts';

/** git takes a higher exit code for an error, not for a conflict, and leaves the file as it was. */
const FAILED = 129;

export function addMergeDriver(models: Command): void {
  models
    .command('merge-driver')
    .description('What git runs to merge one file of a version, once `models init` has told it to.')
    .argument('<base>', 'common ancestor, %O for git')
    .argument('<ours>', 'the file that becomes the result, %A for git')
    .argument('<theirs>', 'the other side, %B for git')
    .argument('<path>', 'of the file in the repository, %P for git')
    .action((base: string, ours: string, theirs: string, path: string) =>
      run({ base, ours, theirs }, path),
    );
}

async function run(files: DriverFiles, path: string): Promise<void> {
  try {
    const { git } = await openRepository('.');
    const algorithm = (await git('rev-parse', '--show-object-format')).trim() as HashAlgorithm;
    const messages = await runMergeDriver(files, path, algorithm);
    messages.forEach(notify);
    process.exitCode = messages.length > 0 ? 1 : 0;
  } catch (error) {
    warn(`${path}: ${(error as Error).message}`);
    process.exitCode = FAILED;
  }
}
