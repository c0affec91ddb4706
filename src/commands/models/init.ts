import type { Command } from 'commander';
import { openRepository } from '../../repository/git.ts';
import { initRepository } from '../../repository/init.ts';
import { commandLine } from '../command-line.ts';
import { print } from '../output.ts';

export function addInit(models: Command): void {
  models
    .command('init')
    .description(
      'Prepare a git repository for versions of a model: attributes, merge driver, ignored files.',
    )
    .argument('[folder]', 'a git repository', '.')
    .action(run);
}

async function run(folder: string): Promise<void> {
  const repository = await openRepository(folder);
  const changes = await initRepository(repository, commandLine());
  print({}, changes, (lines) => lines.join('\n'));
}
