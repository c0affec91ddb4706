import type { Command } from 'commander';
import { type Repository, tagsOf, wouldCommit } from '../../repository/git.ts';
import { ModelError } from '../../version/errors.ts';
import { publishVersion } from '../../version/publish.ts';
import { requireWritable, type Store } from '../../version/stores/store.ts';
import { judging } from '../exit-code.ts';
import { asJson, type Flags, isGiven } from '../options.ts';
import { notify, print, progressBar } from '../output.ts';
import {
  openConfiguredStore,
  REVISION,
  type VersionAccess,
  withVersionAccess,
  withVersionFlags,
} from '../version-access.ts';
import { judgePublication } from './judge-publication.ts';

export function addPublish(models: Command): void {
  withVersionFlags(models.command('publish'), ['modelStore', 'modelName'])
    .description(
      'Copy a version to MODEL_STORE. A published version is permanent: existing files are never ' +
        'overwritten.',
    )
    .argument('<commit>', REVISION)
    .option('--from <store>', 'store to copy from (default: the model repository)')
    .option(
      '--tag <tag>',
      'name of the version for people, such as v1.0.0 (default: its git tag, if it has one)',
    )
    .option(
      '--force',
      'publish a version that is refused because of its training or its scores, and record the reason in the store',
    )
    .addOption(asJson())
    .action(judging(run));
}

interface PublishFlags extends Flags {
  readonly from?: string;
  readonly tag?: string;
  readonly force?: boolean;
}

export const PUBLISH_ELSEWHERE = 'publish to a folder or to s3://bucket/prefix';

function run(revision: string, flags: PublishFlags): Promise<void> {
  return withVersionAccess(flags, async (versions) => {
    const { config, repository, resolve } = versions;
    const store = requireWritable(versions.store, PUBLISH_ELSEWHERE);
    await assertOutside(repository, config.modelStore);
    const source = sourceOf(versions, flags.from);
    const commit = await resolve(revision);
    const tags = repository ? await tagsOf(repository) : undefined;
    const tag = flags.tag ?? tags?.get(commit);
    const publication = await judgePublication(
      source,
      config.modelName,
      commit,
      flags.force === true,
    );
    const onProgress = progressBar();
    const result = await publishVersion(source, store, config.modelName, commit, {
      ...{ tag, publication, onProgress },
    });
    const outcome = result === 'published' ? 'is published' : 'was published already';
    const { forced = null, latencyMs = null } = publication;
    print(
      flags,
      {
        ...{ model: config.modelName, commit, tag: tag ?? null, store: store.location, result },
        ...{ forced, latencyMs },
      },
      (published) =>
        `${published.commit} ${outcome} in ${published.store} as a version of ${published.model}`,
    );
    if (!isGiven(flags, 'modelName')) {
      notify(`${config.modelName} is the default name of the model; --model-name sets another`);
    }
  });
}

/** A store in the model repository would become a part of its next version. */
async function assertOutside(repository: Repository | undefined, store: string): Promise<void> {
  if (repository && !store.includes('://') && (await wouldCommit(repository, store))) {
    throw new ModelError(
      'bad-reference',
      `${store} is in the model repository, whose next version would contain it: name another folder, by ` +
        '--model-store or MODEL_STORE, or add it to .gitignore',
    );
  }
}

function sourceOf(
  { config, repository, anyStore }: VersionAccess,
  from: string | undefined,
): Store {
  if (from !== undefined) {
    return openConfiguredStore(from, config);
  }
  if (!repository) {
    throw new ModelError(
      'bad-reference',
      'no model repository was found: name one with --repository, or a store with --from',
    );
  }
  return anyStore;
}
