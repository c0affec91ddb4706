import type { RequestHandler } from 'express';
import { shareWhileRunning } from '../share-while-running.ts';
import { pace } from './pacing.ts';

/**
 * Answers with what takes long to compute, such as a scrape: requests that come while it is computed share
 * the next result, as bytes, and are answered in slices of time.
 */
export function sendShared(contentType: string, compute: () => Promise<string>): RequestHandler[] {
  const shared = shareWhileRunning(async () => Buffer.from(await compute()));
  return [
    async (_req, res, next) => {
      res.locals.bytes = await shared();
      next();
    },
    pace(),
    (_req, res) => {
      const bytes = res.locals.bytes as Buffer;
      res.setHeader('content-type', contentType);
      res.setHeader('content-length', bytes.byteLength);
      res.end(bytes);
    },
  ];
}
