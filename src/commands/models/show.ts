import type { Command } from 'commander';
import { describeVersion, formatDescription } from '../../repository/describe.ts';
import { asJson, type Flags } from '../options.ts';
import { print } from '../output.ts';
import { withVersionFlags, withVersions } from '../versions.ts';

export function addShow(models: Command): void {
  withVersionFlags(models.command('show'))
    .description('What a version was made of: code, data, configuration, environment, scores.')
    .argument('[sha]', 'commit; without it, the one that would be served')
    .addOption(asJson())
    .action(run);
}

function run(sha: string | undefined, flags: Flags): Promise<void> {
  return withVersions(flags, async ({ open }) => {
    const description = await describeVersion(await open(sha));
    print(flags, description, formatDescription, { multiLineKeys: ['message'], isExact: true });
  });
}
