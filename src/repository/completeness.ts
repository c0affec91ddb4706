/** What a folder must contain to become a version from which the model can be rebuilt. */
import { readFile } from 'node:fs/promises';
import { checkDataFile, findDataFiles } from '../artifacts/data-files.ts';
import { withReference } from '../artifacts/json-schemas.ts';
import { assertWeightsMatchIngredients, type Lineage } from '../artifacts/lineage.ts';
import {
  ARTIFACT_PATHS,
  type ArtifactPath,
  type ModelFiles,
  modelFile,
  parseJsonFile,
} from '../artifacts/read.ts';
import { checkRequirements } from '../artifacts/requirements.ts';
import {
  isOutput,
  ruleOf,
  type VersionFilePath,
  versionFilesWhere,
} from '../artifacts/version-files.ts';
import { mismatch } from '../errors.ts';
import { ModelError } from '../version/errors.ts';
import { checkCommand, checkEarlierSteps } from './check-environment.ts';

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

export interface CompletenessOptions {
  /** Contains the data that `data/datasets.json` lists by digest. */
  readonly dataFolder: string;
  readonly changesSinceTraining: ChangesSinceTraining;
  /** @returns a message for each problem with the way in which git stores the weights. */
  readonly checkStorage: () => Promise<string[]>;
}

/**
 * Checks that every ingredient of a version is present and correct.
 *
 * @throws ModelError `unfit` with a line for each problem.
 */
export async function assertComplete(
  files: ModelFiles,
  options: CompletenessOptions,
): Promise<void> {
  await assertCorrect(files, versionFilesWhere(isAny), checksOf(files, options));
}

/**
 * As `assertComplete`, before the training: of the files that training does not write. The data are left out:
 * training may record them first.
 *
 * @throws ModelError `unfit` with a line for each problem.
 */
export async function assertTrainable(
  files: ModelFiles,
  { checkStorage }: Pick<CompletenessOptions, 'checkStorage'>,
): Promise<void> {
  const paths = versionFilesWhere((rule) => !rule.isOutput && rule.kind !== 'data');
  const ingredients = new Map([...files].filter(([path]) => !isOutput(path)));
  await assertCorrect(ingredients, paths, [
    ...checksOfEnvironment(ingredients),
    { reads: [], check: checkStorage },
  ]);
}

const isAny = (): boolean => true;

/** @param paths the files of the table that are read. */
async function assertCorrect(
  files: ModelFiles,
  paths: readonly VersionFilePath[],
  checks: readonly IngredientCheck[],
): Promise<void> {
  const conflicts = findConflicts(files);
  const problems = [...describeConflicts(conflicts), ...checkPresence(files, paths)];
  const unusable = new Set<string>([...conflicts, ...paths.filter((path) => !files.has(path))]);
  for (const path of ARTIFACT_PATHS.filter((each) => paths.includes(each))) {
    const found = unusable.has(path) ? [] : await problemsOf(() => checkFormat(files, path));
    if (found.length > 0) {
      unusable.add(path);
      problems.push(...found);
    }
  }
  for (const { reads, check } of checks) {
    if (!reads.some((path) => unusable.has(path))) {
      problems.push(...(await problemsOf(check)));
    }
  }
  if (problems.length > 0) {
    throw new ModelError('unfit', problems.join('\n'), { data: { problems } });
  }
}

interface IngredientCheck {
  /** It is left out where one of these files is missing or has another format: that is reported already. */
  readonly reads: readonly VersionFilePath[];
  readonly check: () => string[] | Promise<string[]>;
}

function checksOf(
  files: ModelFiles,
  { dataFolder, changesSinceTraining, checkStorage }: CompletenessOptions,
): readonly IngredientCheck[] {
  return [
    ...checksOfEnvironment(files),
    {
      reads: ['metrics.json', 'profile.json'],
      check: () => checkTraining(files, changesSinceTraining),
    },
    { reads: ['golden.json', 'config.json'], check: () => checkGoldenLabels(files) },
    { reads: ['model.onnx'], check: checkStorage },
    { reads: ['data/datasets.json'], check: () => checkData(files, dataFolder) },
  ];
}

function checksOfEnvironment(files: ModelFiles): readonly IngredientCheck[] {
  const lock = 'environment/requirements.txt';
  return [
    { reads: [lock], check: () => checkRequirements(modelFile(files, lock).toString(), lock) },
    {
      reads: ['environment/environment.json'],
      check: () => [...checkCommand(files), ...checkEarlierSteps(files)],
    },
  ];
}

/** What makes each file that people are not expected to write. */
const MADE_BY: Readonly<Partial<Record<VersionFilePath, string>>> = {
  'data/datasets.json': '`models data add` writes it',
  'golden.json': '`models golden make` writes it',
  'profile.json': '`models profile . <training files> --output profile.json` writes it',
  'environment/requirements.txt':
    '`uv pip compile --generate-hashes --no-emit-index-url` writes it',
};

function checkPresence(files: ModelFiles, paths: readonly VersionFilePath[]): string[] {
  return paths
    .filter((path) => ruleOf(path)?.isRequired && !files.has(path))
    .sort()
    .map((path) => {
      const madeBy =
        MADE_BY[path] ?? (isOutput(path) ? 'training writes it' : 'every version has one');
      return `missing: ${path}: ${madeBy}`;
    });
}

function checkFormat(files: ModelFiles, path: ArtifactPath): string[] {
  const parse = (): unknown => parseJsonFile(files, path);
  if (path === 'tokenizer.json') {
    parse();
  } else {
    withReference(path, parse);
  }
  return [];
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

function findConflicts(files: ModelFiles): string[] {
  return [...files]
    .filter(([, bytes]) =>
      CONFLICT_MARKER.test(bytes.subarray(0, MAX_SEARCHED_BYTES).toString('latin1')),
    )
    .map(([path]) => path);
}

/** Those of people first. */
function describeConflicts(paths: readonly string[]): string[] {
  const outputs = paths.filter(isOutput);
  return [
    ...paths
      .filter((path) => !isOutput(path))
      .map((path) => `${path} has a conflict that is not resolved`),
    ...(outputs.length > 0
      ? [`to be retrained: a merge left no ${outputs.join(', ')}: training writes them`]
      : []),
  ];
}

async function checkTraining(
  files: ModelFiles,
  changesSinceTraining: ChangesSinceTraining,
): Promise<string[]> {
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

/** The labels of golden scores are those of the model. */
function checkGoldenLabels(files: ModelFiles): string[] {
  const labels = Object.values(parseJsonFile(files, 'config.json').id2label).sort().join(', ');
  const other = parseJsonFile(files, 'golden.json').texts.findIndex(
    ({ scores }) => Object.keys(scores).sort().join(', ') !== labels,
  );
  if (other < 0) {
    return [];
  }
  const found = Object.keys(parseJsonFile(files, 'golden.json').texts[other]?.scores ?? {});
  const where = `golden.json: texts.${other}.scores: labels`;
  return [
    `${mismatch(where, labels, found.sort().join(', ') || 'none')}; \`models golden make\` writes them`,
  ];
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
