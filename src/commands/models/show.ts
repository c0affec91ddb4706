import type { Command } from 'commander';
import { describeVersion } from '../../repository/describe.ts';
import { asJson, type Flags } from '../options.ts';
import { printPaged } from '../output.ts';
import { SERVED_REVISION, withVersionAccess, withVersionFlags } from '../version-access.ts';
import { formatDescription } from './show-text.ts';

export function addShow(models: Command): void {
  withVersionFlags(models.command('show'))
    .description(
      'Show what a version was made of: code, data, hyper-parameters, environment, scores.',
    )
    .argument('[commit]', SERVED_REVISION)
    .addOption(asJson())
    .action(run);
}

function run(revision: string | undefined, flags: Flags): Promise<void> {
  return withVersionAccess(flags, async ({ open }) => {
    const description = await describeVersion(await open(revision));
    await printPaged(flags, description, formatDescription, {
      multiLineKeys: ['message'],
      isExact: true,
    });
  });
}
