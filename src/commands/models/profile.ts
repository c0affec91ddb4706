import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { printJson, progressBar } from '../output.ts';

export function addProfile(models: Command): void {
  models
    .command('profile')
    .description('Measure a version’s training data with the server’s own code, for profile.json.')
    .argument('<folder>', 'with model.onnx, tokenizer.json and config.json, such as a checkout')
    .argument('<data...>', 'tab-separated files with a header that has a "text" column')
    .option('-o, --output <file>', 'where to write it; without it, to standard output')
    .action(run);
}

async function run(
  folder: string,
  data: readonly string[],
  { output }: { output?: string },
): Promise<void> {
  const files = new Map<string, Buffer>();
  for (const path of ['model.onnx', 'tokenizer.json', 'config.json']) {
    files.set(path, await readFile(join(folder, path)));
  }
  const { profileData } = await import('../../repository/measure-profile.ts');
  const profile = await profileData(files, data, progressBar());
  if (output === undefined) {
    printJson(profile);
  } else {
    await writeFile(output, `${JSON.stringify(profile, null, 2)}\n`);
  }
}
