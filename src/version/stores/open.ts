/** From a setting to a store. */
import { ModelError } from '../errors.ts';
import { createFolderStore } from './folder.ts';
import { createHttpsStore } from './https.ts';
import { type RemoteOptions, STALL_MS } from './remote.ts';
import { createRetry, type RetryOptions } from './retry.ts';
import { createS3Store } from './s3.ts';
import type { Store } from './store.ts';

const REMOTE: Readonly<Record<string, (location: string, options: RemoteOptions) => Store>> = {
  s3: createS3Store,
  https: createHttpsStore,
  http: createHttpsStore,
};

const COMMAND: RetryOptions = { timeoutMs: 30_000 };

/**
 * Opens a store by its location. Nothing is asked of it yet.
 *
 * @param options for remote stores: when to give up, and who is told of what is tried again.
 * @throws ModelError `bad-reference` for a kind that is unknown or a location that is not one.
 */
export function openStore(location: string, options: RetryOptions = COMMAND): Store {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(location)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    return createFolderStore(location);
  }
  const open = REMOTE[scheme];
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
