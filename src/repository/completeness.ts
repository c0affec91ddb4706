/** What a folder must hold to become a version from which the model can be rebuilt. */
import { readFile } from 'node:fs/promises';
import { checkDataFile, findDataFiles, parseDatasets } from '../artifacts/datasets.ts';
import { checkRequirements, DATA_PLACEHOLDER, parseEnvironment } from '../artifacts/environment.ts';
import { assertWeightsMatchIngredients } from '../artifacts/lineage.ts';
import { parseMetrics } from '../artifacts/metrics.ts';
import { parseJson } from '../artifacts/read.ts';
import { ModelError } from '../version/errors.ts';

const REQUIRED = [
  'README.md',
  'config.json',
  'data/datasets.json',
  'environment/.python-version',
  'environment/environment.json',
  'environment/requirements.txt',
  'golden.json',
  'hyperparameters.json',
  'metrics.json',
  'model.onnx',
  'profile.json',
  'tokenizer.json',
];

/**
 * Checks that every ingredient of a version is there and true.
 *
 * @param files the version's files by path.
 * @param dataFolder where the data lie that `data/datasets.json` names by digest.
 * @throws ModelError `unfit` with a line for each thing that is missing or wrong.
 */
export async function requireComplete(
  files: ReadonlyMap<string, Buffer>,
  dataFolder: string,
): Promise<void> {
  const missing = REQUIRED.filter((path) => !files.has(path));
  if (missing.length > 0) {
    throw new ModelError('unfit', `missing: ${missing.join(', ')}`);
  }
  const checks = [checkConflicts, checkEnvironment, checkTraining, checkData];
  const problems: string[] = [];
  for (const check of checks) {
    try {
      problems.push(...(await check(files, dataFolder)));
    } catch (error) {
      if (!(error instanceof ModelError)) {
        throw error;
      }
      problems.push(error.message);
    }
  }
  if (problems.length > 0) {
    throw new ModelError('unfit', problems.join('\n'));
  }
}

type Files = ReadonlyMap<string, Buffer>;

function checkConflicts(files: Files): string[] {
  return [...files]
    .filter(([, bytes]) =>
      /^(?:<{7}|\|{7}|>{7})(?: |$)/m.test(bytes.subarray(0, 2 ** 20).toString('latin1')),
    )
    .map(([path]) => `${path} has a conflict that is not resolved`);
}

function checkEnvironment(files: Files): string[] {
  const { command } = parseEnvironment(json(files, 'environment/environment.json'));
  const words = command.split(/\s+/);
  const problems = checkRequirements(text(files, 'environment/requirements.txt'));
  if (!words.some((word) => word.startsWith('code/') && files.has(word))) {
    problems.push(`environment/environment.json: the command runs no file of code/: ${command}`);
  }
  if (!words.includes(DATA_PLACEHOLDER)) {
    problems.push(
      `environment/environment.json: the command has no ${DATA_PLACEHOLDER}: ${command}`,
    );
  }
  return problems;
}

function checkTraining(files: Files): string[] {
  json(files, 'hyperparameters.json');
  const { trained_from } = parseMetrics(json(files, 'metrics.json'), 'metrics.json');
  if (!trained_from) {
    return [
      'metrics.json: it has no trained_from: what the weights were trained from is not recorded',
    ];
  }
  assertWeightsMatchIngredients(files);
  return [];
}

async function checkData(files: Files, dataFolder: string): Promise<string[]> {
  const datasets = parseDatasets(json(files, 'data/datasets.json'));
  const paths = await findDataFiles(datasets, dataFolder);
  const problems: string[] = [];
  for (const file of datasets.flatMap((dataset) => dataset.files)) {
    problems.push(...checkDataFile(file, await readFile(paths.get(file.path) as string)));
  }
  return problems;
}

function text(files: Files, path: string): string {
  return (files.get(path) as Buffer).toString('utf8');
}

function json(files: Files, path: string): unknown {
  return parseJson(text(files, path), `${path} is not JSON`);
}
