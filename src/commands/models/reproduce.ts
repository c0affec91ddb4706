import type { Command } from 'commander';
import { reproduce } from '../../repository/reproduce/reproduce.ts';
import { createTemporaryDirectory } from '../../version/staging.ts';
import { commandLine } from '../command-line.ts';
import { EXIT } from '../exit-code.ts';
import { asJson, type Flags } from '../options.ts';
import { notify, print, progressBar } from '../output.ts';
import { SERVED_REVISION, withVersionAccess, withVersionFlags } from '../version-access.ts';
import { formatReproduction } from './reproduce-text.ts';

export function addReproduce(models: Command): void {
  withVersionFlags(models.command('reproduce'))
    .description(
      'Train a version again from its ingredients, in its pinned environment (needs uv), and compare ' +
        'the results. Exit code 1 if neither the bytes nor the scores are the same.',
    )
    .argument('[commit]', SERVED_REVISION)
    .requiredOption(
      '--data <folder>',
      'folder with the data that data/datasets.json lists; files are found by digest',
    )
    .addOption(asJson())
    .action(run);
}

function run(revision: string | undefined, flags: Flags & { data: string }): Promise<void> {
  return withVersionAccess(flags, async ({ open }) => {
    const { measureProfile } = await import('../../repository/measure-profile.ts');
    const { path: folder, remove } = await createTemporaryDirectory();
    try {
      const reproduction = await reproduce(await open(revision), {
        folder,
        dataFolder: flags.data,
        measureProfile: (files, dataFiles) => measureProfile(files, dataFiles, progressBar()),
        command: commandLine(),
        onStep: notify,
      });
      print(flags, reproduction, formatReproduction);
      process.exitCode = reproduction.verdict === 'different' ? EXIT.negative : EXIT.ok;
    } finally {
      await remove();
    }
  });
}
