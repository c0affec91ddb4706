import type { Command } from 'commander';
import { inspectModel } from '../../inference/inspect.ts';
import { diffVersions } from '../../repository/diff/diff.ts';
import { asJson, type Flags } from '../options.ts';
import { print } from '../output.ts';
import {
  REVISION,
  SERVED_REVISION,
  withVersionAccess,
  withVersionFlags,
} from '../version-access.ts';
import { DIFF_PRINTABLE, formatDiff } from './diff-text.ts';

export function addDiff(models: Command): void {
  withVersionFlags(models.command('diff'))
    .description('Compare two versions: ingredients, model, scores, profile.')
    .argument('<old>', REVISION)
    .argument('[new]', SERVED_REVISION)
    .addOption(asJson())
    .action(run);
}

function run(before: string, after: string | undefined, flags: Flags): Promise<void> {
  return withVersionAccess(flags, async ({ open }) => {
    const versions = { old: await open(before), new: await open(after) };
    const diff = await diffVersions(versions, inspectModel);
    print(flags, diff, formatDiff, DIFF_PRINTABLE);
  });
}
