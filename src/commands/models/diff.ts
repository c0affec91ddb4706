import type { Command } from 'commander';
import { inspectModel } from '../../inference/inspect.ts';
import { diffVersions } from '../../repository/diff/diff.ts';
import { asJson, type Flags } from '../options.ts';
import { printPaged, stdoutColumns } from '../output.ts';
import {
  REVISION,
  SERVED_REVISION,
  withVersionAccess,
  withVersionFlags,
} from '../version-access.ts';
import { formatDiffStat } from './diff-stat.ts';
import { DIFF_PRINTABLE, formatDiff } from './diff-text.ts';

export function addDiff(models: Command): void {
  withVersionFlags(models.command('diff'))
    .description('Compare two versions: ingredients, model, scores, profile.')
    .argument('<old>', REVISION)
    .argument('[new]', SERVED_REVISION)
    .option('--stat', 'a line for each part: fits on one screen')
    .addOption(asJson())
    .action(run);
}

function run(
  before: string,
  after: string | undefined,
  flags: Flags & { readonly stat?: boolean },
): Promise<void> {
  return withVersionAccess(flags, async ({ open }) => {
    const versions = { old: await open(before), new: await open(after) };
    const diff = await diffVersions(versions, inspectModel);
    const format = flags.stat ? formatDiffStat : formatDiff;
    await printPaged(
      flags,
      diff,
      (value, paint) => format(value, stdoutColumns(), paint),
      DIFF_PRINTABLE,
    );
  });
}
