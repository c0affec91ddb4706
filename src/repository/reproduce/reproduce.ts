/** `models reproduce`: makes a version again from its ingredients, and compares. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findDataFiles } from '../../artifacts/data-files.ts';
import type { Datasets } from '../../artifacts/datasets.ts';
import { type EarlierStep, type Environment, requirementsOf } from '../../artifacts/environment.ts';
import type { Profile } from '../../artifacts/profile.ts';
import { type ModelFiles, readArtifact, requireArtifact } from '../../artifacts/read.ts';
import { isOutput, MODEL_FILES, versionFilesWhere } from '../../artifacts/version-files.ts';
import { namingFile } from '../../errors.ts';
import type { Version } from '../../version/version.ts';
import { digestFiles, hasCheckpoints, linkData, prepareCheckout, readFiles } from './checkout.ts';
import {
  compareOutputs,
  compareResults,
  type Reproduction,
  type ResultsComparison,
  recordedResults,
} from './compare.ts';
import { assertNotInterrupted, type Interrupt } from './run-program.ts';
import { runSteps, type Step, type StepReport } from './steps.ts';
import { installEnvironment, type ProgramVariables, runRecordedCommand } from './training.ts';
import type { WorkFolder } from './work-folder.ts';

export interface ReproduceOptions {
  /** Where an interrupted run of the version was, this one continues. */
  readonly work: WorkFolder;
  /** Contains the data that the version lists by digest. */
  readonly dataFolder: string;
  /** Runs the earlier steps, too. The training uses their recorded results all the same. */
  readonly runsEarlierSteps: boolean;
  /** Measures the reference profile of a model's files on data files, with the server's own code. */
  readonly measureProfile: (files: ModelFiles, dataFiles: readonly string[]) => Promise<Profile>;
  /** For the recorded commands, which call `models lineage`, and may ask other versions. */
  readonly program: ProgramVariables;
  readonly interrupt: Interrupt;
  /** Called for each earlier step that is not run, with its name. */
  readonly onRecordedResults: (name: string, step: EarlierStep) => void;
  readonly onStep: (report: StepReport) => void;
}

export interface Reproduced {
  readonly comparison: Reproduction;
  /** All files of the version by path, with the outputs that this training wrote. */
  readonly files: ModelFiles;
}

/**
 * Writes the ingredients to a folder, installs the pinned environment, runs the recorded command on the
 * data, measures the profile, and compares the outputs with those of the version. Each earlier step has a folder of
 * its own, with the recorded results of the others.
 *
 * @throws ModelError where data or a tool are missing, or a command fails.
 * @throws InterruptedError after an interrupt, when what was started has ended.
 */
export async function reproduce(version: Version, options: ReproduceOptions): Promise<Reproduced> {
  const { work, dataFolder, interrupt, onStep } = options;
  const datasets = await requireArtifact(version, 'data/datasets.json');
  const environment = await requireArtifact(version, 'environment/environment.json');
  const ingredients = await readIngredients(version);
  const earlier = Object.entries(environment.earlier_steps ?? {}).map(([name, step]) => ({
    ...{ name, step, recorded: recordedResults(version, name, step.results) },
  }));
  const context: Context = { version, environment, ingredients, options };
  let dataFiles: ReadonlyMap<string, string> = new Map();

  const steps: Step[] = [
    {
      title: 'find the data by digest',
      run: async () => {
        dataFiles = await findDataFiles(datasets, dataFolder);
        await linkData(dataFiles, work.data);
      },
    },
  ];
  for (const { name, step } of earlier) {
    if (options.runsEarlierSteps) {
      const folder = work.stepFolder(name);
      steps.push(...(await recordedSteps(context, { ...step, folder, prefix: `${name}: ` })));
    } else {
      options.onRecordedResults(name, step);
    }
  }
  const folder = work.training;
  const { command, minutes } = environment;
  steps.push(
    ...(await recordedSteps(context, { command, minutes, folder, prefix: '', results: WRITTEN })),
    {
      title: 'measure the profile of the training data',
      run: () => writeProfile(context, trainingFiles(datasets, dataFiles)),
    },
  );
  await runSteps(steps, onStep, () => assertNotInterrupted(interrupt));

  const outputs = await readFiles(folder, OUTPUTS);
  const earlierSteps: ResultsComparison[] = [];
  for (const { name, step, recorded } of options.runsEarlierSteps ? earlier : []) {
    const results = await readFiles(work.stepFolder(name), step.results);
    earlierSteps.push(compareResults(version, name, recorded, results));
  }
  const comparison = { ...(await compareOutputs(version, outputs)), earlierSteps };
  return { comparison, files: new Map([...ingredients, ...outputs]) };
}

interface Context {
  readonly version: Version;
  readonly environment: Environment;
  readonly ingredients: ModelFiles;
  readonly options: ReproduceOptions;
}

const OUTPUTS = versionFilesWhere((rule) => rule.isOutput === true);
/** The profile is measured after the training. */
const WRITTEN: readonly string[] = OUTPUTS.filter((path) => path !== 'profile.json');

interface RecordedRun extends Omit<EarlierStep, 'results'> {
  readonly results: readonly string[];
  /** It runs in this folder. */
  readonly folder: string;
  /** Of the titles. */
  readonly prefix: string;
}

/** Installs what a recorded command needs and runs it, unless an interrupted run has finished that. */
async function recordedSteps(
  { version, environment, ingredients, options }: Context,
  { folder, prefix, command, minutes, results, ...run }: RecordedRun,
): Promise<Step[]> {
  const { work, interrupt } = options;
  const context = { interrupt, onStart: work.recordGroup };
  const title = `${prefix}${command}`;
  const finished = work.finishedStep(folder);
  if (finished && isSame(finished, await digestFiles(folder, results))) {
    return [{ title, isFinished: true, run: async () => undefined }];
  }
  const started = new Map([...ingredients].filter(([path]) => !results.includes(path)));
  return [
    {
      title: `${prefix}install the environment, each package by its hash`,
      run: async () => {
        await prepareCheckout(folder, started);
        await installEnvironment(folder, requirementsOf(run), context);
      },
    },
    {
      ...{ title, minutes, isContinued: await hasCheckpoints(folder) },
      run: async () => {
        const { variables } = environment;
        await runRecordedCommand(
          { command, variables },
          {
            ...{ ...context, checkout: folder, data: work.data },
            ...{ program: options.program, commit: version.commit },
          },
        );
        await work.recordFinished(folder, await digestFiles(folder, results));
      },
    },
  ];
}

function isSame(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const paths = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...paths].every((path) => a[path] === b[path]);
}

async function writeProfile(
  { version, options: { work, measureProfile } }: Context,
  dataFiles: readonly string[],
): Promise<void> {
  const model = await readFiles(work.training, MODEL_FILES);
  const profile = await measureProfile(model, dataFiles);
  const recorded = await readArtifact(version, 'profile.json');
  // The model is compared by itself: a profile is the same if it has the same distributions.
  const measured = { ...profile, model: recorded?.model };
  const path = join(work.training, 'profile.json');
  await namingFile(path, writeFile(path, `${JSON.stringify(measured, null, 2)}\n`));
}

/** Everything but the outputs of training, so that an old one can't be taken for a new one. */
async function readIngredients(version: Version): Promise<ModelFiles> {
  const files = new Map<string, Buffer>();
  for (const { path } of version.files.filter((file) => !isOutput(file.path))) {
    files.set(path, await version.read(path));
  }
  return files;
}

function trainingFiles(datasets: Datasets, paths: ReadonlyMap<string, string>): string[] {
  return datasets
    .flatMap(({ files }) => files.filter(({ role }) => role === 'train'))
    .map(({ path }) => paths.get(path) as string);
}
