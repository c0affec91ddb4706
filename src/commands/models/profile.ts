import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { printJson, progressBar } from '../output.ts';
import { readModelFiles } from './model-files.ts';

export function addProfile(models: Command): void {
  models
    .command('profile')
    .description(
      'Measure the reference profile of training data, with the server’s own code. Drift is ' +
        'measured against it; a version has it as profile.json.',
    )
    .argument('<folder>', 'folder with model.onnx, tokenizer.json and config.json')
    .argument('<data...>', 'tab-separated files with a header that has a "text" column')
    .option('-o, --output <file>', 'file to write (default: standard output)')
    .action(run);
}

async function run(
  folder: string,
  data: readonly string[],
  { output }: { output?: string },
): Promise<void> {
  const files = await readModelFiles(folder);
  const { measureProfile } = await import('../../repository/measure-profile.ts');
  const profile = await measureProfile(files, data, progressBar());
  if (output === undefined) {
    printJson(profile);
  } else {
    await writeFile(output, `${JSON.stringify(profile, null, 2)}\n`);
  }
}
