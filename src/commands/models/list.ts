import type { Command } from 'commander';
import { formatList, listVersions } from '../../repository/describe.ts';
import { tagsOf } from '../../repository/git.ts';
import { asJson, type Flags } from '../options.ts';
import { print } from '../output.ts';
import { withVersionFlags, withVersions } from '../versions.ts';

export function addList(models: Command): void {
  withVersionFlags(models.command('list'), ['modelStore', 'modelName'])
    .description('The versions in the store, newest first; * marks the pinned one.')
    .addOption(asJson())
    .action(run);
}

function run(flags: Flags): Promise<void> {
  return withVersions(flags, async ({ config, store, repository }) => {
    const tags = repository ? await tagsOf(repository) : new Map<string, string>();
    const versions = await listVersions(store, config.modelName, tags);
    print(flags, versions, formatList);
  });
}
