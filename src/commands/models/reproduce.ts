import { mkdir, readdir } from 'node:fs/promises';
import type { Command } from 'commander';
import type { ModelFiles } from '../../artifacts/read.ts';
import { reproduce, writeFiles } from '../../repository/reproduce/reproduce.ts';
import { ModelError } from '../../version/errors.ts';
import { publishVersion } from '../../version/publish.ts';
import { createTemporaryDirectory } from '../../version/staging.ts';
import { requireWritable, type Store, type WritableStore } from '../../version/stores/store.ts';
import type { Version } from '../../version/version.ts';
import { commandLine } from '../command-line.ts';
import { EXIT } from '../exit-code.ts';
import { asJson, type Flags } from '../options.ts';
import { notify, print, progressBar, warn } from '../output.ts';
import { SERVED_REVISION, withVersionAccess, withVersionFlags } from '../version-access.ts';
import { judgePublication } from './judge-publication.ts';
import { PUBLISH_ELSEWHERE } from './publish.ts';
import { formatReproduction } from './reproduce-text.ts';

export function addReproduce(models: Command): void {
  withVersionFlags(models.command('reproduce'))
    .description(
      'Train a version again from its ingredients, in its pinned environment (needs uv), and compare ' +
        'the results. Exit code 1 if neither the bytes nor the scores are the same.',
    )
    .argument('[commit]', SERVED_REVISION)
    .requiredOption(
      '--data <folder>',
      'folder with the data that data/datasets.json lists; files are found by digest',
    )
    .option('--output <folder>', 'keep the version that was made, in a new or an empty folder')
    .option('--publish', 'publish it to MODEL_STORE, if its bytes are identical')
    .addOption(asJson())
    .action(run);
}

interface ReproduceFlags extends Flags {
  readonly data: string;
  readonly output?: string;
  readonly publish?: boolean;
}

function run(revision: string | undefined, flags: ReproduceFlags): Promise<void> {
  return withVersionAccess(flags, async (versions) => {
    const { measureProfile } = await import('../../repository/measure-profile.ts');
    // Before the training, which may take hours.
    const target = flags.publish ? requireWritable(versions.store, PUBLISH_ELSEWHERE) : undefined;
    await (flags.output !== undefined && makeEmptyFolder(flags.output));
    const version = await versions.open(revision);
    const { path: folder, remove } = await createTemporaryDirectory();
    try {
      const { comparison, files } = await reproduce(version, {
        folder,
        dataFolder: flags.data,
        measureProfile: (model, dataFiles) => measureProfile(model, dataFiles, progressBar()),
        command: commandLine(),
        onStep: notify,
      });
      await (flags.output !== undefined && writeFiles(flags.output, files));
      print(flags, comparison, formatReproduction);
      process.exitCode = comparison.verdict === 'different' ? EXIT.negative : EXIT.ok;
      if (target && comparison.verdict === 'identical') {
        const source = storeWithFiles(versions.anyStore, version, files);
        await publish(source, target, version);
      } else if (target) {
        warn('not published: other bytes are another version; --output keeps them');
        process.exitCode = EXIT.negative;
      }
    } finally {
      await remove();
    }
  });
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
