/** Which version a server is to serve, and the folder that holds it. */
import {
  type FetchOptions,
  fetchVersion,
  keepLastPinned,
  readLastPinned,
} from './download-cache.ts';
import { ModelError } from './errors.ts';
import type { RemoteStore, Store } from './stores/store.ts';
import { resolveCommit } from './version.ts';

/** Who has something to serve already doesn't wait long for a store that may be down. */
const WARM_TIMEOUT_MS = 5_000;

export interface Located {
  /** A store on this machine. */
  readonly store: Store;
  readonly commit: string;
}

export interface LocateOptions extends FetchOptions {
  /** Opens the remote store, to be given up after a while. */
  readonly openRemote: (timeoutMs: number) => RemoteStore;
  readonly timeoutMs: number;
  readonly cacheFolder: string;
  readonly model: string;
  /** Full SHA; without it, the store's PINNED tells. */
  readonly commit?: string | undefined;
  /** Told where the store can't be asked and the version that it pinned last is served. */
  readonly onUnavailable: (cause: ModelError, lastPinned: string) => void;
}

/**
 * Finds the version of a remote store and brings it into the cache. With a commit that the cache
 * holds, the network is not used at all; without a commit, the last one known stands in while the
 * store can't be reached.
 *
 * @throws ModelError where neither store nor cache have it.
 */
export async function locateVersion(options: LocateOptions): Promise<Located> {
  const { openRemote, timeoutMs, cacheFolder, model } = options;
  const store = openRemote(timeoutMs);
  const fetchCommit = async (sha: string): Promise<Located> => ({
    store: await fetchVersion({ store, cacheFolder, model, sha }, options),
    commit: sha,
  });
  if (options.commit !== undefined) {
    return fetchCommit(options.commit);
  }
  const last = await readLastPinned(store, cacheFolder, model);
  const commit =
    last === undefined ? await resolveCommit(store, model) : await askAgain(last, options);
  const located = await fetchCommit(commit);
  // A cache that has it all need not be writable.
  if (commit !== last) {
    await keepLastPinned(store, cacheFolder, model, commit);
  }
  return located;
}

/** The commit that the store pins, or the one that it pinned last where it can't be reached. */
async function askAgain(last: string, options: LocateOptions): Promise<string> {
  const { openRemote, timeoutMs, model, onUnavailable } = options;
  try {
    return await resolveCommit(openRemote(Math.min(timeoutMs, WARM_TIMEOUT_MS)), model);
  } catch (error) {
    if (!(error instanceof ModelError && error.code === 'store-unavailable')) {
      throw error;
    }
    onUnavailable(error, last);
    return last;
  }
}
