/** Who a client is, by the key that it sends, for every protocol. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { ProblemError } from './problem.ts';

export interface Key {
  readonly key: string;
  /** Of who has it, for the log. */
  readonly name: string;
}

export interface Client {
  /** Of its key. */
  readonly name: string;
  /** The digest of its key, one for all of its connections. */
  readonly id: string;
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
export function identifyBy(keys: readonly Key[], noun: string): Identify {
  // Digests have one length, as the comparison in constant time needs.
  const known = keys.map(({ key, name }) => ({ digest: digest(key), name }));
  return ({ authorization = '', apiKey }) => {
    const key = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? apiKey;
    if (!key) {
      throw new ProblemError(
        'unauthorized',
        `Send one as Authorization: Bearer <${noun}> or as X-API-Key: <${noun}>`,
      );
    }
    const received = digest(key);
    // Every digest is compared, so that the response time reveals nothing.
    const [found] = known.filter((each) => timingSafeEqual(each.digest, received));
    if (!found) {
      throw new ProblemError('forbidden', `The ${noun} sent is none of this server’s`);
    }
    return { name: found.name, id: received.toString('base64') };
  };
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
