import { cpus } from 'node:os';
import type { Command } from 'commander';
import { tagsOf } from '../../repository/git.ts';
import { hasCode, ModelError } from '../../version/errors.ts';
import type { Publication } from '../../version/publication.ts';
import { publishVersion } from '../../version/publish.ts';
import { requireWritable, type Store } from '../../version/stores/store.ts';
import { judging } from '../exit-code.ts';
import { whoRuns } from '../identity.ts';
import { asJson, type Flags, isGiven } from '../options.ts';
import { notify, print, progressBar, warn } from '../output.ts';
import {
  openConfiguredStore,
  REVISION,
  type VersionAccess,
  withVersionAccess,
  withVersionFlags,
} from '../version-access.ts';

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
    const source = sourceOf(versions, flags.from);
    const commit = await resolve(revision);
    const tags = repository ? await tagsOf(repository) : undefined;
    const tag = flags.tag ?? tags?.get(commit);
    const publication = await judge(source, config.modelName, commit, flags.force === true);
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

/** @throws ModelError `unfit` for a version that is refused, unless that is overridden. */
async function judge(
  source: Store,
  model: string,
  commit: string,
  isForced: boolean,
): Promise<Publication> {
  const { assertPublishable } = await import('../../repository/publishable.ts');
  const publication = { time: new Date().toISOString(), by: await whoRuns() };
  try {
    const latencyMs = await assertPublishable(source, model, commit);
    const cpu = cpus()[0]?.model;
    return latencyMs === undefined || cpu === undefined
      ? publication
      : { ...publication, latencyMs: Number(latencyMs.toFixed(2)), cpu };
  } catch (error) {
    if (isForced && hasCode(error, 'unfit')) {
      warn(
        `${error.message}; published nevertheless, since --force was given: the store records it`,
      );
      return { ...publication, forced: error.message };
    }
    throw error;
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
