import type { Command } from 'commander';
import { digestEachIngredient, trainingRecord } from '../../artifacts/digests.ts';
import { assertReadyToTrain } from '../../repository/commit.ts';
import { openRepository } from '../../repository/git.ts';
import { takeSnapshot } from '../../repository/snapshot.ts';
import { commandLine } from '../command-line.ts';
import { judging } from '../exit-code.ts';
import { printJson } from '../output.ts';

export function addLineage(models: Command): void {
  models
    .command('lineage')
    .description(
      'Print the record that training writes to metrics.json as trained_from, as JSON: "ingredients", one ' +
        'digest of all ingredients, taken before the training; "outputs", the digest of each output, ' +
        'taken after it.',
    )
    .argument('[folder]', 'git clone of the model repository', '.')
    .option('--files', 'print "files" too, the digest of each ingredient: to name what has changed')
    .option('--check', 'refuse, before the training, what `models commit` would refuse after it')
    .action(judging(run));
}

async function run(folder: string, flags: { files?: true; check?: true }): Promise<void> {
  const repository = await openRepository(folder);
  const snapshot = await takeSnapshot(repository, `${commandLine()} models lfs clean`);
  if (flags.check) {
    await assertReadyToTrain(repository, snapshot);
  }
  const { files } = snapshot;
  const record = trainingRecord(files);
  printJson(flags.files ? { ...record, files: digestEachIngredient(files) } : record);
}
