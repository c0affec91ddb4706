import type { Command } from 'commander';
import { tagsOf } from '../../repository/git.ts';
import { ModelError } from '../../version/errors.ts';
import { publishVersion } from '../../version/publish.ts';
import { openStore } from '../../version/stores/open.ts';
import { isWritable, type Store } from '../../version/stores/store.ts';
import { asJson, type Flags } from '../options.ts';
import { print, progressBar } from '../output.ts';
import { type Versions, withVersionFlags, withVersions } from '../versions.ts';

export function addPublish(models: Command): void {
  withVersionFlags(models.command('publish'), ['modelStore', 'modelName', 'modelFetchTimeoutMs'])
    .description(
      'Copy a version into MODEL_STORE, for good: what is there already is never written over.',
    )
    .argument('<commit>', 'full SHA; with a repository at hand, whatever git takes for a commit')
    .option('--from <store>', 'where the version lies (default: the repository)')
    .option('--tag <tag>', 'name for people, such as v1.0.0 (default: its tag in the repository)')
    .addOption(asJson())
    .action(run);
}

interface PublishFlags extends Flags {
  readonly from?: string;
  readonly tag?: string;
}

function run(revision: string, flags: PublishFlags): Promise<void> {
  return withVersions(flags, async (versions) => {
    const { config, store, repository, resolve } = versions;
    if (!isWritable(store)) {
      throw new ModelError('bad-reference', `${store.location} can only be read from`);
    }
    const source = sourceOf(versions, flags.from);
    const commit = await resolve(revision);
    const tags = repository ? await tagsOf(repository) : undefined;
    const tag = flags.tag ?? tags?.get(commit);
    const onProgress = progressBar();
    const result = await publishVersion(source, store, config.modelName, commit, {
      tag,
      onProgress,
    });
    print(
      flags,
      { model: config.modelName, commit, tag: tag ?? null, store: store.location, result },
      (published) =>
        `${published.commit} ${result === 'published' ? 'is published' : 'was published already'} ` +
        `in ${published.store}`,
    );
  });
}

function sourceOf({ repository, all }: Versions, from: string | undefined): Store {
  if (from !== undefined) {
    return openStore(from);
  }
  if (!repository) {
    throw new ModelError(
      'bad-reference',
      'no model repository is at hand: --repository or --from says where the version lies',
    );
  }
  return all;
}
