/** `models reproduce`: makes a version again from its ingredients, and compares. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import {
  type DataFile,
  type Datasets,
  findDataFiles,
  parseDatasets,
} from '../artifacts/datasets.ts';
import { DATA_PLACEHOLDER, type Environment, parseEnvironment } from '../artifacts/environment.ts';
import { type Metrics, parseMetrics, readMetrics, servedScores } from '../artifacts/metrics.ts';
import { readJson } from '../artifacts/read.ts';
import { ModelError } from '../version/errors.ts';
import { algorithmOf, objectId } from '../version/git-objects.ts';
import { digestOf, type VersionFile } from '../version/manifest.ts';
import type { Version } from '../version/version.ts';

/** What training, export and measurement write. */
const OUTPUTS = new Set([
  'model.onnx',
  'tokenizer.json',
  'config.json',
  'metrics.json',
  'golden.json',
  'profile.json',
]);

/** Scores of a model made on another kind of CPU may differ so much, and it is still the same. */
export const SCORE_TOLERANCE = 0.01;

export interface ReproduceOptions {
  /** An empty folder to work in. */
  readonly folder: string;
  /** Where the data lie that the version names by digest. */
  readonly dataFolder: string;
  /** Measures the reference profile of files on data files, with the server's own code. */
  readonly profile: (
    files: ReadonlyMap<string, Buffer>,
    dataFiles: readonly string[],
  ) => Promise<unknown>;
  /** Told of each step before it begins. */
  readonly onStep: (what: string) => void;
}

export interface Reproduction {
  readonly commit: string;
  /** `same-scores`: other bytes, and every score within `SCORE_TOLERANCE`. */
  readonly verdict: 'identical' | 'same-scores' | 'different';
  readonly files: readonly {
    readonly path: string;
    readonly identical: boolean;
    /** Digests as the version lists them: SHA-256 of git-lfs files, git's blob id of others. */
    readonly expected: string;
    readonly found: string;
  }[];
  /** Scores that differ: the primary one, by data set. */
  readonly scores: readonly {
    readonly dataset: string;
    readonly expected: number;
    readonly found: number | undefined;
  }[];
}

/**
 * Lays the ingredients out, installs the pinned environment, runs the recorded command on the data,
 * measures the profile, and compares what came out with what the version has.
 *
 * @throws ModelError where data are missing, a tool is, or the command fails.
 */
export async function reproduce(
  version: Version,
  options: ReproduceOptions,
): Promise<Reproduction> {
  const { folder, dataFolder, profile, onStep } = options;
  const datasets = parseDatasets(await readJson(version, 'data/datasets.json'));
  const environment = parseEnvironment(await readJson(version, 'environment/environment.json'));

  onStep('find the data by digest');
  const data = join(folder, 'data');
  const dataFiles = await findDataFiles(datasets, dataFolder);
  await linkData(dataFiles, data);

  onStep('lay out the ingredients');
  const checkout = join(folder, 'version');
  await layOut(version, checkout);

  onStep('install the environment, each package by its hash');
  await installEnvironment(checkout);

  onStep(environment.command);
  await runTraining(checkout, data, environment);

  onStep('measure the profile of the training data');
  const model = await readOutputs(checkout, ['model.onnx', 'tokenizer.json', 'config.json']);
  const measured = await profile(model, trainingFiles(datasets, dataFiles));
  await writeFile(join(checkout, 'profile.json'), `${JSON.stringify(measured, null, 2)}\n`);

  return compare(version, await readOutputs(checkout, [...OUTPUTS]));
}

async function linkData(files: ReadonlyMap<string, string>, folder: string): Promise<void> {
  for (const [path, source] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await symlink(resolve(source), join(folder, path));
  }
}

/** Writes all but what training is to make, so that nothing old can pass for new. */
async function layOut(version: Version, folder: string): Promise<void> {
  for (const { path } of version.files.filter((file) => !OUTPUTS.has(file.path))) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), await version.read(path));
  }
}

async function installEnvironment(checkout: string): Promise<void> {
  const python = (await readFile(join(checkout, 'environment/.python-version'), 'utf8')).trim();
  const requirements = 'environment/requirements.txt';
  const variables = { ...process.env, VIRTUAL_ENV: join(checkout, '.venv') };
  await run('uv', ['venv', '--quiet', '--python', python, '.venv'], checkout, variables);
  await run('uv', ['pip', 'sync', '--require-hashes', requirements], checkout, variables);
}

async function runTraining(
  checkout: string,
  data: string,
  { command, variables }: Environment,
): Promise<void> {
  const words = command.split(/\s+/).map((word) => (word === DATA_PLACEHOLDER ? data : word));
  const bin = join(checkout, '.venv', 'bin');
  const [program = '', ...args] = words;
  await run(program, args, checkout, {
    // Nothing else of the surroundings takes part.
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
    HOME: process.env.HOME ?? '',
    LANG: 'C.UTF-8',
    ...variables,
  });
}

/** Runs a tool; what it prints goes to standard error, where progress belongs. */
async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const child = spawn(program, args, {
    cwd,
    env,
    stdio: ['ignore', process.stderr, process.stderr],
  });
  const [code, signal] = (await once(child, 'close').catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'ENOENT' ? 'it is not installed' : cause.message;
    throw new ModelError('tool-failed', `${program} can't be run: ${reason}`, { cause });
  })) as [number | null, NodeJS.Signals | null];
  if (code !== 0) {
    throw new ModelError(
      'tool-failed',
      `${program} ${args.join(' ')}: ended with ${code === null ? signal : `exit code ${code}`}`,
    );
  }
}

function trainingFiles(datasets: Datasets, paths: ReadonlyMap<string, string>): string[] {
  const isTraining = ({ role }: DataFile): boolean => role === 'train';
  return datasets
    .flatMap(({ files }) => files.filter(isTraining))
    .map(({ path }) => paths.get(path) as string);
}

/** Files that the command wrote; one that it did not write is left out. */
async function readOutputs(
  folder: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const path of paths) {
    const bytes = await readFile(join(folder, path)).catch(() => undefined);
    if (bytes) {
      files.set(path, bytes);
    }
  }
  return files;
}

async function compare(
  version: Version,
  outputs: ReadonlyMap<string, Buffer>,
): Promise<Reproduction> {
  const files = version.files
    .filter(({ path }) => OUTPUTS.has(path))
    .map((file) => {
      const expected = digestOf(file);
      const bytes = outputs.get(file.path);
      const found = bytes ? digest(file, bytes, version.commit) : 'nothing';
      return { path: file.path, identical: found === expected, expected, found };
    });
  const identical = files.every((file) => file.identical);
  const found = outputs.get('metrics.json');
  const scores = identical
    ? []
    : compareScores(
        await readMetrics(version),
        found && parseMetrics(JSON.parse(found.toString('utf8')), 'metrics.json'),
      );
  const near = scores.every(
    (score) =>
      score.found !== undefined && Math.abs(score.found - score.expected) <= SCORE_TOLERANCE,
  );
  const verdict = identical ? 'identical' : near && found ? 'same-scores' : 'different';
  return { commit: version.commit, verdict, files, scores };
}

function digest({ lfs }: VersionFile, bytes: Buffer, sha: string): string {
  return lfs
    ? `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    : `git-blob:${objectId('blob', bytes, algorithmOf(sha))}`;
}

function compareScores(expected: Metrics, found: Metrics | undefined): Reproduction['scores'] {
  const primary = expected.primary;
  const again = found ? servedScores(found) : new Map();
  return [...servedScores(expected)]
    .map(([dataset, scores]) => ({
      dataset,
      expected: scores[primary],
      found: again.get(dataset)?.[primary] as number | undefined,
    }))
    .filter((score) => score.found !== score.expected);
}

export function formatReproduction({ commit, verdict, files, scores }: Reproduction): string {
  const lines = files.map(({ path, identical, expected, found }) =>
    identical
      ? `same     ${path}  ${found}`
      : `differs  ${path}  expected ${expected}, found ${found}`,
  );
  for (const { dataset, expected, found } of scores) {
    lines.push(`score    ${dataset}  expected ${expected.toFixed(4)}, found ${found?.toFixed(4)}`);
  }
  const verdicts = {
    identical: `${commit} is reproduced: identical bytes`,
    'same-scores': `${commit} is reproduced in its scores, each within ${SCORE_TOLERANCE}; the bytes differ`,
    different: `${commit} is not reproduced`,
  };
  return [...lines, verdicts[verdict]].join('\n');
}
