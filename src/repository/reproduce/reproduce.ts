/** `models reproduce`: makes a version again from its ingredients, and compares. */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { findDataFiles } from '../../artifacts/data-files.ts';
import type { Datasets } from '../../artifacts/datasets.ts';
import type { Profile } from '../../artifacts/profile.ts';
import { type ModelFiles, readArtifact, requireArtifact } from '../../artifacts/read.ts';
import { isOutput, MODEL_FILES, versionFilesWhere } from '../../artifacts/version-files.ts';
import { hasCode } from '../../version/errors.ts';
import type { Version } from '../../version/version.ts';
import { ownEnvironment, runGit } from '../run-git.ts';
import { compareOutputs, type Reproduction } from './compare.ts';
import { installEnvironment, runTraining } from './training.ts';

export interface ReproduceOptions {
  /** An empty folder to work in. */
  readonly folder: string;
  /** Contains the data that the version lists by digest. */
  readonly dataFolder: string;
  /** Measures the reference profile of a model's files on data files, with the server's own code. */
  readonly measureProfile: (files: ModelFiles, dataFiles: readonly string[]) => Promise<Profile>;
  /** Runs this command line, as words for a shell: training code calls `models lineage`. */
  readonly command: string;
  /** Called before each step, with what it does. */
  readonly onStep: (step: string) => void;
}

export interface Reproduced {
  readonly comparison: Reproduction;
  /** All files of the version by path, with the outputs that this training wrote. */
  readonly files: ModelFiles;
}

/**
 * Writes the ingredients to a folder, installs the pinned environment, runs the recorded command on the
 * data, measures the profile, and compares the outputs with those of the version.
 *
 * @throws ModelError where data or a tool are missing, or the command fails.
 */
export async function reproduce(
  version: Version,
  { folder, dataFolder, measureProfile, command, onStep }: ReproduceOptions,
): Promise<Reproduced> {
  const datasets = await requireArtifact(version, 'data/datasets.json');
  const environment = await requireArtifact(version, 'environment/environment.json');

  onStep('find the data by digest');
  const data = join(folder, 'data');
  const dataFiles = await findDataFiles(datasets, dataFolder);
  await linkData(dataFiles, data);

  onStep('write the ingredients');
  const checkout = join(folder, 'version');
  const ingredients = await readIngredients(version);
  await writeFiles(checkout, ingredients);
  await initCheckout(checkout);

  onStep('install the environment, each package by its hash');
  await installEnvironment(checkout);

  onStep(environment.command);
  await runTraining(environment, {
    checkout,
    data,
    commandLine: command,
    commit: version.commit,
  });

  onStep('measure the profile of the training data');
  const model = await readFiles(checkout, MODEL_FILES);
  const profile = await measureProfile(model, trainingFiles(datasets, dataFiles));
  const recorded = await readArtifact(version, 'profile.json');
  // The model is compared by itself: a profile is the same if it has the same distributions.
  const measured = { ...profile, model: recorded?.model };
  await writeFile(join(checkout, 'profile.json'), `${JSON.stringify(measured, null, 2)}\n`);

  const outputs = await readFiles(
    checkout,
    versionFilesWhere((rule) => rule.isOutput === true),
  );
  const comparison = await compareOutputs(version, outputs);
  return { comparison, files: new Map([...ingredients, ...outputs]) };
}

async function linkData(files: ReadonlyMap<string, string>, folder: string): Promise<void> {
  for (const [path, source] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await symlink(resolve(source), join(folder, path));
  }
}

/** Everything but the outputs of training, so that an old one can't be taken for a new one. */
async function readIngredients(version: Version): Promise<ModelFiles> {
  const files = new Map<string, Buffer>();
  for (const { path } of version.files.filter((file) => !isOutput(file.path))) {
    files.set(path, await version.read(path));
  }
  return files;
}

/** Writes files, by path, to a folder that is made. */
export async function writeFiles(folder: string, files: ModelFiles): Promise<void> {
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

/** Training code lists its ingredients with git, which knows the ignored files. */
async function initCheckout(folder: string): Promise<void> {
  try {
    await runGit(folder, ['init', '--quiet'], { environment: await ownEnvironment() });
  } catch (error) {
    // Versions that list their ingredients themselves can be trained without git.
    if (!hasCode(error, 'tool-missing')) {
      throw error;
    }
  }
}

function trainingFiles(datasets: Datasets, paths: ReadonlyMap<string, string>): string[] {
  return datasets
    .flatMap(({ files }) => files.filter(({ role }) => role === 'train'))
    .map(({ path }) => paths.get(path) as string);
}

/** @returns the bytes by path; a file that does not exist is left out. */
async function readFiles(folder: string, paths: readonly string[]): Promise<ModelFiles> {
  const files = new Map<string, Buffer>();
  for (const path of paths) {
    const bytes = await readFile(join(folder, path)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') {
        return undefined;
      }
      throw error;
    });
    if (bytes) {
      files.set(path, bytes);
    }
  }
  return files;
}
