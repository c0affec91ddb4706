/** Who a client is, by the key that it sends, for every protocol. */
import { createHash } from 'node:crypto';
import type { ClientKey } from '../inference/classifier.ts';
import { clientNetwork } from './client-address.ts';
import { ProblemError } from './problem.ts';

export interface Key {
  /** SHA-256 of the key, hexadecimal. */
  readonly digest: string;
  /** Of who has it, for the log and the metrics; who has several keys has one name. */
  readonly name: string;
}

export interface Client {
  /** Of its key. */
  readonly name: string;
  /** The digest of its key, one for all of its connections. */
  readonly id: string;
}

/** The keys that a server knows. They may change while it runs. */
export interface Keyring {
  /** Number of keys; 0: none is required. */
  readonly length: number;
  names(): string[];
  find(digest: string): Key | undefined;
  /** @param keys at least one where there was one. */
  replace(keys: readonly Key[]): void;
}

export function createKeyring(keys: readonly Key[]): Keyring {
  const indexed = (list: readonly Key[]) => new Map(list.map((key) => [key.digest, key]));
  let known = indexed(keys);
  return {
    get length() {
      return known.size;
    },
    names: () => [...new Set([...known.values()].map(({ name }) => name))],
    // What the time of a lookup reveals is a part of a digest, which leads to no key.
    find: (digest) => known.get(digest),
    replace: (list) => {
      known = indexed(list);
    },
  };
}

/** What a client may send a key in: the values of two headers, or of gRPC's metadata of these names. */
export interface Credentials {
  readonly authorization: string | undefined;
  readonly apiKey: string | undefined;
}

/** @throws ProblemError `unauthorized` without a key, `forbidden` with one that is not known. */
export type Identify = (credentials: Credentials) => Client;

/**
 * `Authorization: Bearer <key>` or `X-API-Key: <key>`: 401 without a key, 403 with one that is not known
 * (RFC 9110, 15.5.2 and 15.5.4).
 *
 * @param noun what the keys are called, such as `key`.
 */
export function identifyBy(keys: Pick<Keyring, 'find'>, noun: string): Identify {
  return ({ authorization = '', apiKey }) => {
    const key = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? apiKey;
    if (!key) {
      throw new ProblemError(
        'unauthorized',
        `Send one as Authorization: Bearer <${noun}> or as X-API-Key: <${noun}>`,
      );
    }
    const digest = createHash('sha256').update(key).digest('hex');
    const found = keys.find(digest);
    if (!found) {
      throw new ProblemError('forbidden', `The ${noun} sent is none of this server’s`);
    }
    return { name: found.name, id: digest };
  };
}

/** Who sends a request: for fairness, rate limits and the log. */
export interface Sender {
  /** Undefined where no key is required. */
  readonly client: Client | undefined;
  /** Behind proxies that are trusted; undefined where none are. */
  readonly address: string | undefined;
  /** The same for all requests of a connection. */
  readonly connection: { readonly remoteAddress?: string | undefined };
}

/** Among whom the workers are divided: keys, else addresses behind a proxy, else connections. */
export function fairShareOf({ client, address, connection }: Sender): ClientKey {
  return client?.id ?? address ?? connection;
}

/** Whose requests are limited together: those of a name, else of an address. */
export function rateLimitKeyOf({ client, address, connection }: Sender): string {
  return client
    ? `key:${client.name}`
    : `address:${address ?? clientNetwork(connection.remoteAddress ?? '')}`;
}
