/** What a folder must contain to become a version from which the model can be rebuilt. */
import { readFile } from 'node:fs/promises';
import { checkDataFile, findDataFiles } from '../artifacts/data-files.ts';
import { DATA_PLACEHOLDER } from '../artifacts/environment.ts';
import { assertWeightsMatchIngredients, type Lineage } from '../artifacts/lineage.ts';
import { type ModelFiles, modelFile, parseJsonFile } from '../artifacts/read.ts';
import { checkRequirements } from '../artifacts/requirements.ts';
import { versionFilesWhere } from '../artifacts/version-files.ts';
import { ModelError } from '../version/errors.ts';

/** The conflict markers that git writes, at the start of a line. */
const CONFLICT_MARKER = /^(?:<{7}|\|{7}|>{7})(?: |$)/m;
/** Bytes of a file that are searched for them: enough for any text of a version. */
const MAX_SEARCHED_BYTES = 2 ** 20;

/**
 * What has changed since the weights were trained, for a message.
 *
 * @param trainedFrom the digest of the ingredients that training recorded.
 * @returns undefined where it is not known.
 */
export type ChangesSinceTraining = (trainedFrom: string) => Promise<string | undefined>;

/**
 * Checks that every ingredient of a version is present and correct.
 *
 * @param dataFolder contains the data that `data/datasets.json` lists by digest.
 * @throws ModelError `unfit` with a line for each problem.
 */
export async function assertComplete(
  files: ModelFiles,
  dataFolder: string,
  changesSinceTraining: ChangesSinceTraining,
): Promise<void> {
  const missing = versionFilesWhere(({ isRequired }) => isRequired === true)
    .filter((path) => !files.has(path))
    .sort();
  if (missing.length > 0) {
    throw new ModelError('unfit', `missing: ${missing.join(', ')}`, { data: { missing } });
  }
  const checks = [
    () => checkConflicts(files),
    () => checkEnvironment(files),
    () => checkTraining(files, changesSinceTraining),
    () => checkData(files, dataFolder),
  ];
  const problems: string[] = [];
  for (const check of checks) {
    problems.push(...(await problemsOf(check)));
  }
  if (problems.length > 0) {
    throw new ModelError('unfit', problems.join('\n'), { data: { problems } });
  }
}

/** What a check returns; the message where it throws a ModelError instead. */
async function problemsOf(check: () => string[] | Promise<string[]>): Promise<string[]> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof ModelError) {
      return [error.message];
    }
    throw error;
  }
}

function checkConflicts(files: ModelFiles): string[] {
  return [...files]
    .filter(([, bytes]) =>
      CONFLICT_MARKER.test(bytes.subarray(0, MAX_SEARCHED_BYTES).toString('latin1')),
    )
    .map(([path]) => `${path} has a conflict that is not resolved`);
}

function checkEnvironment(files: ModelFiles): string[] {
  const path = 'environment/environment.json';
  const { command } = parseJsonFile(files, path);
  const words = command.split(/\s+/);
  const problems = checkRequirements(modelFile(files, 'environment/requirements.txt').toString());
  if (!words.some((word) => word.startsWith('code/') && files.has(word))) {
    problems.push(`${path}: the command runs no file of code/: ${command}`);
  }
  if (!words.includes(DATA_PLACEHOLDER)) {
    problems.push(`${path}: the command has no ${DATA_PLACEHOLDER}: ${command}`);
  }
  return problems;
}

async function checkTraining(
  files: ModelFiles,
  changesSinceTraining: ChangesSinceTraining,
): Promise<string[]> {
  parseJsonFile(files, 'hyperparameters.json');
  parseJsonFile(files, 'metrics.json');
  switch (await readLineage(files, changesSinceTraining)) {
    case 'unrecorded':
      return [
        'metrics.json: it has no trained_from: what the weights were trained from is not recorded; ' +
          'training has to record what `models lineage` prints',
      ];
    case 'listed':
      return [
        'metrics.json: trained_from: expected {"ingredients", "outputs"} as `models lineage` prints ' +
          'them, found a digest for each file, which a merge of two versions can put together',
      ];
    case 'proven':
      return checkProfile(files);
  }
}

/** @throws ModelError `unfit` where the version has to be retrained, with what has changed if it is known. */
async function readLineage(
  files: ModelFiles,
  changesSinceTraining: ChangesSinceTraining,
): Promise<Lineage> {
  try {
    return assertWeightsMatchIngredients(files);
  } catch (error) {
    const { trainedFrom } = error instanceof ModelError ? error.data : {};
    const changes =
      typeof trainedFrom === 'string' ? await changesSinceTraining(trainedFrom) : undefined;
    throw changes === undefined
      ? error
      : new ModelError('unfit', `to be retrained: since the weights were trained, ${changes}`, {
          cause: error,
        });
  }
}

function checkProfile(files: ModelFiles): string[] {
  return parseJsonFile(files, 'profile.json').model === undefined
    ? [
        'profile.json: expected "model", the digest of the model that it was measured with, found ' +
          'none: measure it again with `models profile . <training files> --output profile.json`',
      ]
    : [];
}

async function checkData(files: ModelFiles, dataFolder: string): Promise<string[]> {
  const datasets = parseJsonFile(files, 'data/datasets.json');
  const paths = await findDataFiles(datasets, dataFolder);
  const problems: string[] = [];
  for (const file of datasets.flatMap((dataset) => dataset.files)) {
    problems.push(...checkDataFile(file, await readFile(paths.get(file.path) as string)));
  }
  return problems;
}
