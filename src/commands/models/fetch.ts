import { join } from 'node:path';
import type { Command } from 'commander';
import { ModelError } from '../../version/errors.ts';
import { locateVersion } from '../../version/locate.ts';
import { openStore } from '../../version/stores/open.ts';
import { isRemote, type RemoteStore } from '../../version/stores/store.ts';
import { checkCommit } from '../../version/version.ts';
import { asJson, commandConfigOf, type Flags, withCommandSettings } from '../options.ts';
import { print, progressBar, retryWarning, warn } from '../output.ts';

export function addFetch(models: Command): void {
  withCommandSettings(models.command('fetch'), [
    'modelStore',
    'modelName',
    'modelCommit',
    'modelAlias',
    'modelCache',
    'modelFetchTimeoutMs',
  ])
    .description(
      'Download a version from a remote store to MODEL_CACHE, so that the server can start without network.',
    )
    .argument('[commit]', 'full SHA (default: the version that the server would serve)')
    .addOption(asJson())
    .action(run);
}

async function run(sha: string | undefined, flags: Flags): Promise<void> {
  const config = commandConfigOf(flags);
  const { modelStore, modelName: model, modelCache: cacheFolder } = config;
  const commit = sha ?? config.modelCommit;
  const openRemote = (timeoutMs: number): RemoteStore => {
    const store = openStore(modelStore, { timeoutMs, onRetry: retryWarning(timeoutMs) });
    if (!isRemote(store)) {
      throw new ModelError('bad-reference', `${modelStore} is a folder: there is nothing to fetch`);
    }
    return store;
  };
  const located = await locateVersion({
    openRemote,
    timeoutMs: config.modelFetchTimeoutMs,
    cacheFolder,
    model,
    alias: config.modelAlias,
    commit: commit && checkCommit(commit, sha === undefined ? 'MODEL_COMMIT' : 'the commit'),
    onUnavailable: (error) =>
      warn(`${error.message}; using the version that was pinned last, from the cache`),
    onDamaged: (error) => warn(`${error.message}; the version is fetched again`),
    onProgress: progressBar(),
  });
  const result = {
    model,
    commit: located.commit,
    folder: join(located.store.location, model, located.commit),
  };
  print(flags, result, ({ folder }) => folder);
}
