import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Request, RequestHandler } from 'express';
import { shareWhileRunning } from '../share-while-running.ts';
import { pace } from './pacing.ts';

const compress = promisify(gzip);

/** What takes long to compute, such as a scrape. */
export interface SharedBody {
  readonly headers: Readonly<Record<string, string>>;
  /** Requests that come while it is computed share the next result. */
  readonly bytes: () => Promise<Buffer>;
}

export function sharedBody(contentType: string, compute: () => Promise<string>): SharedBody {
  return {
    headers: { 'content-type': contentType },
    bytes: shareWhileRunning(async () => Buffer.from(await compute())),
  };
}

/** The same body, compressed once for all requests that share it. */
export function gzipped({ headers, bytes }: SharedBody): SharedBody {
  return {
    headers: { ...headers, 'content-encoding': 'gzip' },
    bytes: shareWhileRunning(async () => compress(await bytes())),
  };
}

/**
 * Answers in slices of time.
 *
 * @param select which body a request is answered with.
 */
export function sendShared(select: (req: Request) => SharedBody): RequestHandler[] {
  return [
    async (req, res, next) => {
      const { headers, bytes } = select(req);
      Object.assign(res.locals, { headers, bytes: await bytes() });
      next();
    },
    pace(),
    (_req, res) => {
      const bytes = res.locals.bytes as Buffer;
      for (const [name, value] of Object.entries(res.locals.headers as SharedBody['headers'])) {
        res.setHeader(name, value);
      }
      res.setHeader('content-length', bytes.byteLength);
      res.end(bytes);
    },
  ];
}
