import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { formatReproduction, reproduce } from '../../repository/reproduce.ts';
import { asJson, type Flags } from '../options.ts';
import { notify, print, progressBar } from '../output.ts';
import { withVersionFlags, withVersions } from '../versions.ts';

export function addReproduce(models: Command): void {
  withVersionFlags(models.command('reproduce'))
    .description(
      'Make a version again from its ingredients, in the pinned environment (needs uv), and ' +
        'compare. Exit code 1 where neither the bytes nor the scores are the same.',
    )
    .argument('[sha]', 'commit; without it, the one that would be served')
    .requiredOption('--data <folder>', 'the data that data/datasets.json names, found by digest')
    .addOption(asJson())
    .action(run);
}

function run(revision: string | undefined, flags: Flags & { data: string }): Promise<void> {
  return withVersions(flags, async ({ open }) => {
    const { profileData } = await import('../../repository/measure-profile.ts');
    const folder = await mkdtemp(join(tmpdir(), 'tweet-sentiment-'));
    try {
      const reproduction = await reproduce(await open(revision), {
        folder,
        dataFolder: flags.data,
        profile: (files, dataFiles) => profileData(files, dataFiles, progressBar()),
        onStep: notify,
      });
      print(flags, reproduction, formatReproduction);
      process.exitCode = reproduction.verdict === 'different' ? 1 : 0;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}
