import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { MODEL_FILES } from '../../artifacts/version-files.ts';
import { parsePointer } from '../../repository/lfs.ts';
import { ModelError } from '../../version/errors.ts';
import { printJson, progressBar } from '../output.ts';

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
  const files = new Map<string, Buffer>();
  for (const path of MODEL_FILES) {
    files.set(path, await readModelFile(folder, path));
  }
  const { measureProfile } = await import('../../repository/measure-profile.ts');
  const profile = await measureProfile(files, data, progressBar());
  if (output === undefined) {
    printJson(profile);
  } else {
    await writeFile(output, `${JSON.stringify(profile, null, 2)}\n`);
  }
}

async function readModelFile(folder: string, path: string): Promise<Buffer> {
  const bytes = await readFile(join(folder, path));
  if (parsePointer(bytes)) {
    throw new ModelError(
      'unfit',
      `${join(folder, path)} is a git-lfs pointer: expected the file itself; train the model, or copy the ` +
        'file from a store',
    );
  }
  return bytes;
}
