/** Requires one of the configured keys. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { ProblemError } from '../problems.ts';
import { contextOf } from './request-context.ts';

export interface Key {
  readonly key: string;
  /** Of who has it, for the log. */
  readonly name: string;
}

/**
 * Takes `Authorization: Bearer <key>` or `X-API-Key: <key>`: 401 without a key, 403 with one that is
 * not known (RFC 9110, 15.5.2 and 15.5.4).
 *
 * @param noun what the keys are called, such as `key`.
 */
export function requireKey(keys: readonly Key[], noun: string): RequestHandler {
  // Digests have one length, as the comparison in constant time needs.
  const known = keys.map(({ key, name }) => ({ digest: digest(key), name }));
  return (req, res, next) => {
    const bearer = /^Bearer +(\S+)$/i.exec(req.get('authorization') ?? '')?.[1];
    const key = bearer ?? req.get('x-api-key');
    if (!key) {
      throw new ProblemError(
        'unauthorized',
        `Send one as Authorization: Bearer <${noun}> or as X-API-Key: <${noun}>`,
        { 'www-authenticate': 'Bearer' },
      );
    }
    const received = digest(key);
    // Every digest is compared, so that the response time reveals nothing.
    const [found] = known.filter((each) => timingSafeEqual(each.digest, received));
    if (!found) {
      throw new ProblemError('forbidden', `The ${noun} sent is none of this server’s`);
    }
    Object.assign(contextOf(res), { apiKey: received.toString('base64'), keyName: found.name });
    next();
  };
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
