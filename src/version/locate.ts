/** Finds the version to serve, and downloads it to the cache if it is in a remote store. */
import {
  type FetchOptions,
  fetchVersion,
  readLastPinned,
  saveLastPinned,
} from './download-cache.ts';
import { hasCode, type ModelError } from './errors.ts';
import type { LocalStore, RemoteStore } from './stores/store.ts';
import { resolveCommit } from './version.ts';

/** How long to wait for a store where the cache has the version that was pinned last. */
const CACHED_TIMEOUT_MS = 5_000;

export interface Located {
  /** A store on this machine. */
  readonly store: LocalStore;
  readonly commit: string;
}

export interface LocateOptions extends FetchOptions {
  /** Opens the remote store; a request that fails is repeated until the timeout. */
  readonly openRemote: (timeoutMs: number) => RemoteStore;
  readonly timeoutMs: number;
  readonly cacheFolder: string;
  readonly model: string;
  /** Full SHA; without it, the one that the alias is pinned to in the store. */
  readonly commit?: string | undefined;
  readonly alias?: string | undefined;
  /** Called where the store can't be reached and the version that was pinned last is used instead. */
  readonly onUnavailable: (cause: ModelError, lastPinned: string) => void;
}

/**
 * Downloads the version of a remote store to the cache. With a commit that is in the cache, the network
 * is not used. Without a commit, the one that was pinned last is used while the store can't be reached.
 *
 * @throws ModelError where neither the store nor the cache has the version.
 */
export async function locateVersion(options: LocateOptions): Promise<Located> {
  const { openRemote, timeoutMs, cacheFolder, model, alias } = options;
  const store = openRemote(timeoutMs);
  const fetchCommit = async (sha: string): Promise<Located> => ({
    store: await fetchVersion({ store, cacheFolder, model, sha }, options),
    commit: sha,
  });
  if (options.commit !== undefined) {
    return fetchCommit(options.commit);
  }
  const last = await readLastPinned(store, cacheFolder, model, alias);
  const commit =
    last === undefined
      ? await resolveCommit(store, model, undefined, alias)
      : await resolveOrLast(last, options);
  const located = await fetchCommit(commit);
  // Where nothing is new, the cache may be read-only.
  if (commit !== last) {
    await saveLastPinned(store, cacheFolder, model, commit, alias);
  }
  return located;
}

/** The commit that the alias is pinned to, or the last one where the store can't be reached. */
async function resolveOrLast(last: string, options: LocateOptions): Promise<string> {
  const { openRemote, timeoutMs, model, alias, onUnavailable } = options;
  try {
    const store = openRemote(Math.min(timeoutMs, CACHED_TIMEOUT_MS));
    return await resolveCommit(store, model, undefined, alias);
  } catch (error) {
    if (!hasCode(error, 'store-unavailable')) {
      throw error;
    }
    onUnavailable(error, last);
    return last;
  }
}
