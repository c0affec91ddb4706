/** Asks for one of the configured API keys. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import { ProblemError } from '../problems.ts';
import { contextOf } from './request-context.ts';

/**
 * Takes `Authorization: Bearer <key>` or `X-API-Key: <key>`: 401 without a key, 403 with one that is
 * not known (RFC 9110, 15.5.2 and 15.5.4).
 */
export function requireApiKey(keys: readonly string[]): RequestHandler {
  // Digests have one length, as the comparison in constant time needs.
  const digests = keys.map(digest);
  return (req, res, next) => {
    const bearer = /^Bearer +(\S+)$/i.exec(req.get('authorization') ?? '')?.[1];
    const key = bearer ?? req.get('x-api-key');
    if (!key) {
      throw new ProblemError(
        'unauthorized',
        'Send one as Authorization: Bearer <key> or as X-API-Key: <key>',
        { 'www-authenticate': 'Bearer' },
      );
    }
    const received = digest(key);
    // Every digest is compared, so that the response time reveals nothing.
    if (!digests.map((known) => timingSafeEqual(known, received)).includes(true)) {
      throw new ProblemError('forbidden', 'The key sent is none of this server’s');
    }
    contextOf(res).apiKey = received.toString('base64');
    next();
  };
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
