/** Who may use the server and how much, by the settings: keys, addresses behind proxies, rates. */
import type { Config } from '../config/config.ts';
import { KnownError } from '../errors.ts';
import { createReadClientAddress, type ReadClientAddress } from './client-address.ts';
import { createKeyring, type Key, type Keyring } from './clients.ts';
import type { Observer } from './observer.ts';
import type { RateLimiter } from './rate-limit.ts';

export interface Access {
  /** Empty: open to all. */
  readonly apiKeys: Keyring;
  /** Empty: nobody may change the model. */
  readonly adminToken: Keyring;
  /** Undefined: a client's address is that of its connection. */
  readonly clientAddress: ReadClientAddress | undefined;
  /** Undefined: no client has a limit. */
  readonly rateLimiter: RateLimiter | undefined;
  /** Reads API_KEYS_FILE again; where it can't be used, the keys that are known remain. */
  reloadKeys(): Promise<void>;
}

/**
 * @param readKeys the keys of API_KEYS and API_KEYS_FILE, as they are now.
 * @throws KnownError `bad-setting` where RATE_LIMIT names another key than there is; what `readKeys` throws.
 */
export async function createAccess(
  config: Pick<Config, 'apiKeysFile' | 'adminToken' | 'rateLimit' | 'trustProxy'>,
  readKeys: () => Promise<readonly Key[]>,
  observer: Pick<Observer, 'onClients' | 'onKeysRead' | 'onKeysError'>,
): Promise<Access> {
  const { apiKeysFile, adminToken, rateLimit, trustProxy } = config;
  const apiKeys = createKeyring(await readKeys());
  assertRatesOfKnownKeys(rateLimit, apiKeys.names());
  observer.onClients(apiKeys.names());
  return {
    apiKeys,
    adminToken: createKeyring(adminToken),
    clientAddress: trustProxy === undefined ? undefined : createReadClientAddress(trustProxy),
    // Its library is loaded where it is needed only.
    rateLimiter: rateLimit && (await import('./rate-limit.ts')).createRateLimiter(rateLimit),
    reloadKeys: async () => {
      if (apiKeysFile === undefined) {
        return;
      }
      try {
        apiKeys.replace(await readKeys());
        observer.onClients(apiKeys.names());
        observer.onKeysRead(apiKeys.length);
      } catch (error) {
        observer.onKeysError(error);
      }
    },
  };
}

function assertRatesOfKnownKeys(rateLimit: Config['rateLimit'], names: readonly string[]): void {
  const unknown = Object.keys(rateLimit?.clients ?? {}).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const known = names.join(', ') || 'there is none';
    throw new KnownError(
      'bad-setting',
      `RATE_LIMIT: expected names of keys (${known}), found ${unknown}`,
    );
  }
}
