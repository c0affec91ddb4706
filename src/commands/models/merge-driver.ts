import { type Command, Option } from 'commander';
import { readEnvironment } from '../../config/environment.ts';
import { describeSystemError, isSystemError } from '../../errors.ts';
import { openCallingRepository } from '../../repository/git.ts';
import { type PassedByGit, readConflictStyle } from '../../repository/merge/conflict-style.ts';
import { type DriverFiles, runMergeDriver } from '../../repository/merge/merge-driver.ts';
import type { HashAlgorithm } from '../../version/git-objects.ts';
import { positiveInteger } from '../flag-values.ts';
import { notify, warn } from '../output.ts';

/** Above 128, git takes the exit code for an error instead of a conflict, and leaves the file unchanged. */
const FAILED = 129;

export function addMergeDriver(models: Command): void {
  models
    .command('merge-driver')
    .description('Merge one file of a version. git runs it; `models init` registers it.')
    .argument('<base>', 'file of the common ancestor (%O of git)')
    .argument('<ours>', 'file of this side, replaced by the result (%A of git)')
    .argument('<theirs>', 'file of the other side (%B of git)')
    .argument('<path>', 'path of the file in the repository (%P of git)')
    .addOption(
      new Option('--conflict-exit-code <code>', 'exit code for conflicts')
        .argParser(positiveInteger)
        .default(1)
        .hideHelp(),
    )
    .addOption(new Option('--marker-size <characters>', '%L of git').hideHelp())
    .addOption(new Option('--base-label <name>', '%S of git').hideHelp())
    .addOption(new Option('--ours-label <name>', '%X of git').hideHelp())
    .addOption(new Option('--theirs-label <name>', '%Y of git').hideHelp())
    .addOption(new Option('--git-process <id>', 'the process of git').hideHelp())
    .action((base: string, ours: string, theirs: string, path: string, flags: DriverFlags) =>
      run({ base, ours, theirs }, path, flags),
    );
}

interface DriverFlags extends PassedByGit {
  readonly conflictExitCode: number;
}

async function run(
  files: DriverFiles,
  path: string,
  { conflictExitCode, ...passed }: DriverFlags,
): Promise<void> {
  try {
    const repository = await openCallingRepository();
    const format = await repository.git('rev-parse', '--show-object-format');
    const style = await readConflictStyle(repository, passed, readEnvironment());
    const messages = await runMergeDriver(files, path, format.trim() as HashAlgorithm, style);
    messages.forEach(notify);
    process.exitCode = messages.length > 0 ? conflictExitCode : 0;
  } catch (error) {
    const reason = isSystemError(error) ? describeSystemError(error) : (error as Error).message;
    warn(`${path}: ${reason}`);
    process.exitCode = FAILED;
  }
}
