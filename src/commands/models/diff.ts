import type { Command } from 'commander';
import { inspectModel } from '../../inference/inspect.ts';
import { diffVersions } from '../../repository/diff/diff.ts';
import { asJson, type Flags } from '../options.ts';
import { isStdoutColoured, print } from '../output.ts';
import { withVersionFlags, withVersions } from '../versions.ts';
import { formatDiff } from './diff-text.ts';

export function addDiff(models: Command): void {
  withVersionFlags(models.command('diff'))
    .description('What is different between two versions: ingredients, model, scores, profile.')
    .argument('<old>', 'commit')
    .argument('[new]', 'commit; without it, the one that would be served')
    .addOption(asJson())
    .action(run);
}

function run(before: string, after: string | undefined, flags: Flags): Promise<void> {
  return withVersions(flags, async ({ open }) => {
    const versions = { old: await open(before), new: await open(after) };
    const diff = await diffVersions(versions, inspectModel);
    print(flags, diff, (value) => formatDiff(value, isStdoutColoured()), {
      multiLineKeys: ['message', 'patch'],
      isExact: true,
    });
  });
}
