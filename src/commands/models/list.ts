import type { Command } from 'commander';
import { listVersions } from '../../repository/describe.ts';
import { tagsOf } from '../../repository/git.ts';
import { asJson, type Flags } from '../options.ts';
import { print } from '../output.ts';
import { withVersionAccess, withVersionFlags } from '../version-access.ts';
import { formatList } from './list-text.ts';

export function addList(models: Command): void {
  withVersionFlags(models.command('list'), ['modelStore', 'modelName'])
    .description('List the versions in the store, newest first. * marks the pinned version.')
    .addOption(asJson())
    .action(run);
}

function run(flags: Flags): Promise<void> {
  return withVersionAccess(flags, async ({ config, store, repository }) => {
    const tags = repository ? await tagsOf(repository) : new Map<string, string>();
    const versions = await listVersions(store, config.modelName, tags);
    const none = `no version of ${config.modelName} is in ${store.location}`;
    print(flags, versions, (found) => (found.length === 0 ? none : formatList(found)));
  });
}
