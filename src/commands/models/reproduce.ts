import { mkdir, readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ModelFiles } from '../../artifacts/read.ts';
import { KnownError } from '../../errors.ts';
import { writeFiles } from '../../repository/reproduce/checkout.ts';
import { isReproduced } from '../../repository/reproduce/compare.ts';
import { type Reproduced, reproduce } from '../../repository/reproduce/reproduce.ts';
import {
  assertNotInterrupted,
  type Interrupt,
  InterruptedError,
} from '../../repository/reproduce/run-program.ts';
import type { ProgramVariables } from '../../repository/reproduce/training.ts';
import { openWorkFolder, type WorkFolder } from '../../repository/reproduce/work-folder.ts';
import { ModelError } from '../../version/errors.ts';
import { publishVersion } from '../../version/publish.ts';
import { createTemporaryDirectory } from '../../version/staging.ts';
import {
  isRemote,
  requireWritable,
  type Store,
  type WritableStore,
} from '../../version/stores/store.ts';
import type { Version } from '../../version/version.ts';
import { commandLine } from '../command-line.ts';
import { EXIT } from '../exit-code.ts';
import { withInterrupt } from '../interrupt.ts';
import { asJson, type Flags } from '../options.ts';
import { notify, print, progressBar, warn } from '../output.ts';
import {
  SERVED_REVISION,
  type VersionAccess,
  withVersionAccess,
  withVersionFlags,
} from '../version-access.ts';
import { judgePublication } from './judge-publication.ts';
import { PUBLISH_ELSEWHERE } from './publish.ts';
import { formatRecordedResults, formatReproduction, formatStep } from './reproduce-text.ts';

export function addReproduce(models: Command): void {
  withVersionFlags(models.command('reproduce'))
    .description(
      'Train a version again from its ingredients, in its pinned environment (needs uv), and compare ' +
        'the results. Exit code 1 if neither the bytes nor the scores are the same, or the bytes of an earlier step.',
    )
    .argument('[commit]', SERVED_REVISION)
    .requiredOption(
      '--data <folder>',
      'folder with the data that data/datasets.json lists; files are found by digest',
    )
    .option(
      '--work <folder>',
      'work in this folder, and keep it: after an interruption, the same command continues there',
    )
    .option(
      '--earlier-steps',
      'run the earlier steps too, such as the training of a teacher, and compare their results; the training ' +
        'uses the recorded ones',
    )
    .option('--output <folder>', 'keep the version that was made, in a new or an empty folder')
    .option('--publish', 'publish it to MODEL_STORE, if its bytes are identical')
    .addOption(asJson())
    .action(run);
}

interface ReproduceFlags extends Flags {
  readonly data: string;
  readonly work?: string;
  readonly earlierSteps?: boolean;
  readonly output?: string;
  readonly publish?: boolean;
}

function run(revision: string | undefined, flags: ReproduceFlags): Promise<void> {
  return withVersionAccess(flags, async (versions) => {
    // Before the training, which may take hours.
    const target = flags.publish ? requireWritable(versions.store, PUBLISH_ELSEWHERE) : undefined;
    await (flags.output !== undefined && makeEmptyFolder(flags.output));
    const version = await versions.open(revision);
    const { comparison, files } = await reproduceInFolder(version, versions, flags);
    await (flags.output !== undefined && writeFiles(flags.output, files));
    print(flags, comparison, formatReproduction);
    process.exitCode = isReproduced(comparison) ? EXIT.ok : EXIT.negative;
    if (target && comparison.verdict === 'identical') {
      const source = storeWithFiles(versions.anyStore, version, files);
      await publish(source, target, version);
    } else if (target) {
      warn('not published: other bytes are another version; --output keeps them');
      process.exitCode = EXIT.negative;
    }
  });
}

/** In the folder that `--work` names, which stays, or in a temporary one. */
async function reproduceInFolder(
  version: Version,
  access: VersionAccess,
  flags: ReproduceFlags,
): Promise<Reproduced> {
  const { path, remove } =
    flags.work === undefined
      ? await createTemporaryDirectory()
      : { path: flags.work, remove: async () => undefined };
  try {
    const work = await openWorkFolder(path, version.commit);
    try {
      return await withInterrupt((interrupt) =>
        reproduceUntil(interrupt, { version, work, access }, flags),
      );
    } finally {
      await work.close();
    }
  } catch (error) {
    throw error instanceof InterruptedError
      ? new KnownError(error.code, `interrupted: ${afterInterrupt(flags)}`, { cause: error })
      : error;
  } finally {
    await remove();
  }
}

async function reproduceUntil(
  interrupt: Interrupt,
  { version, work, access }: { version: Version; work: WorkFolder; access: VersionAccess },
  { data: dataFolder, earlierSteps = false }: ReproduceFlags,
): Promise<Reproduced> {
  const { measureProfile } = await import('../../repository/measure-profile.ts');
  interrupt.stop.addEventListener('abort', () =>
    warn('interrupted: ending the programs that run; another interrupt kills them'),
  );
  const showProgress = progressBar();
  return reproduce(version, {
    ...{ work, dataFolder, interrupt, runsEarlierSteps: earlierSteps },
    program: programVariables(access),
    measureProfile: (model, dataFiles) =>
      measureProfile(model, dataFiles, (done, total) => {
        assertNotInterrupted(interrupt);
        showProgress(done, total);
      }),
    onRecordedResults: (name, step) => notify(formatRecordedResults(name, step)),
    onStep: (report) => notify(formatStep(report)),
  });
}

/** For a program in another folder. */
function programVariables({ store, config }: VersionAccess): ProgramVariables {
  return {
    TWEET_SENTIMENT: commandLine(),
    MODEL_STORE: isRemote(store) ? store.location : resolve(store.location),
    MODEL_NAME: config.modelName,
  };
}

function afterInterrupt({ work }: ReproduceFlags): string {
  return work === undefined
    ? 'nothing was kept; a run with --work <folder> can be continued'
    : `${work} has what was done; the same command continues`;
}

async function publish(
  source: Store,
  target: WritableStore,
  { model, commit }: Version,
): Promise<void> {
  const publication = await judgePublication(source, model, commit, false);
  const result = await publishVersion(source, target, model, commit, { publication });
  notify(`${commit} ${result === 'published' ? 'is' : 'was'} published in ${target.location}`);
}

/** The store of a version, with files that were made in place of those that it may lack. */
function storeWithFiles(store: Store, { model, commit }: Version, files: ModelFiles): Store {
  const made = new Map([...files].map(([path, bytes]) => [`${model}/${commit}/${path}`, bytes]));
  return {
    location: store.location,
    read: async (key, maxBytes) => made.get(key) ?? (await store.read(key, maxBytes)),
  };
}

async function makeEmptyFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) {
    throw new ModelError('bad-reference', `${folder} is not empty: --output needs a new folder`);
  }
}
