/** Opens the store that a setting names. */
import { ModelError } from '../errors.ts';
import { createFolderStore } from './folder.ts';
import { createHttpsStore } from './https.ts';
import { type RemoteOptions, STALL_MS } from './remote.ts';
import { createRetry, type RetryOptions } from './retry.ts';
import { createS3Store } from './s3.ts';
import type { Store } from './store.ts';

const REMOTE_STORES: Readonly<Record<string, (location: string, options: RemoteOptions) => Store>> =
  {
    s3: createS3Store,
    https: createHttpsStore,
    http: createHttpsStore,
  };

/** For a command that a person waits for. */
const DEFAULT_RETRY: RetryOptions = { timeoutMs: 30_000 };

/**
 * Opens a store by its location, without any request.
 *
 * @param options for remote stores: until when requests are repeated, and a callback.
 * @throws ModelError `bad-reference` where the location is not that of a store.
 */
export function openStore(location: string, options: RetryOptions = DEFAULT_RETRY): Store {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(location)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    return createFolderStore(location);
  }
  const open = REMOTE_STORES[scheme];
  if (!open) {
    throw new ModelError(
      'bad-reference',
      'MODEL_STORE must be a folder, s3://bucket/prefix or https://host/prefix, ' +
        `found ${JSON.stringify(location)}`,
    );
  }
  const { timeoutMs, signal = new AbortController().signal } = options;
  return open(location, {
    retry: createRetry(options),
    stallMs: Math.min(STALL_MS, timeoutMs),
    signal,
  });
}
