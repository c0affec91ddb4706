/** Which version is to be served, and where its bytes are: the source (TensorFlow Serving's term). */
import type { Config } from '../config/config.ts';
import { type Located, locateVersion } from '../version/locate.ts';
import { openStore } from '../version/stores/open.ts';
import { isRemote, type LocalStore, type RemoteStore } from '../version/stores/store.ts';
import { checkCommit, resolveCommit } from '../version/version.ts';
import type { LoadObserver } from './observer.ts';

export type SourceOptions = Pick<
  Config,
  'modelStore' | 'modelName' | 'modelCommit' | 'modelAlias' | 'modelCache' | 'modelFetchTimeoutMs'
>;

export interface DesiredVersion {
  /** Undefined until a remote store has answered which version it pins. */
  readonly commit: string | undefined;
  /**
   * Brings the version to a store on this machine.
   *
   * @param signal ends the waiting for a remote store.
   * @throws ModelError where neither store nor cache have it.
   */
  locate(observer: Pick<LoadObserver, 'onLoadEvent'>, signal: AbortSignal): Promise<Located>;
}

/**
 * Reads which version the settings name. A remote store is not contacted yet: it may be down for a while.
 *
 * @throws ModelError where the commit is no full SHA, or a folder has no such model.
 */
export async function readDesiredVersion(options: SourceOptions): Promise<DesiredVersion> {
  const { modelStore, modelName, modelCommit, modelAlias } = options;
  const store = openStore(modelStore) as LocalStore | RemoteStore;
  if (!isRemote(store)) {
    const commit = await resolveCommit(store, modelName, modelCommit, modelAlias);
    return { commit, locate: async () => ({ store, commit }) };
  }
  return {
    commit: modelCommit && checkCommit(modelCommit),
    locate: (observer, signal) => locateRemote(options, observer, signal),
  };
}

/** Brings the version of a remote store into the cache. */
function locateRemote(
  options: SourceOptions,
  { onLoadEvent }: Pick<LoadObserver, 'onLoadEvent'>,
  signal: AbortSignal,
): Promise<Located> {
  const { modelStore, modelName, modelCommit, modelAlias, modelCache, modelFetchTimeoutMs } =
    options;
  return locateVersion({
    openRemote: (timeoutMs) =>
      openStore(modelStore, {
        timeoutMs,
        onRetry: (retry) => onLoadEvent({ type: 'store-retry', retry }),
        signal,
      }) as RemoteStore,
    timeoutMs: modelFetchTimeoutMs,
    cacheFolder: modelCache,
    model: modelName,
    commit: modelCommit,
    alias: modelAlias,
    onUnavailable: (error, lastPinned) =>
      onLoadEvent({ type: 'store-unavailable', error, lastPinned }),
    onDamaged: (error) => onLoadEvent({ type: 'cache-damaged', error }),
    onProgress: (doneBytes, totalBytes) => {
      if (doneBytes === 0) {
        onLoadEvent({ type: 'fetching', store: modelStore, totalBytes });
      }
    },
  });
}
