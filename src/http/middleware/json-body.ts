/** Bodies in JSON: how they are read and written, and the problem for any other body. */
import { json, type Request, type RequestHandler, type Response } from 'express';
import { ProblemError } from '../problems.ts';

/** For the `type` of Express's `json`, which leaves bodies of other types unread. */
const JSON_TYPES = ['application/json', 'application/*+json'];

/**
 * Reads a body into `req.body`. What most clients send is read here, faster than by Express's `json`
 * (docs/decisions/0011-http-on-the-main-thread.md), which reads the rest: other types and character
 * sets, compressed bodies, those of unknown length and those that are too long.
 *
 * @param limit maximum size of a body, in bytes.
 */
export function readJson(limit: number): RequestHandler {
  const readOther = json({ limit, strict: false, type: JSON_TYPES });
  // Takes off a byte order mark, as Express does.
  const decoder = new TextDecoder();
  return (req, res, next) => {
    const length = Number(req.headers['content-length']);
    const isPlain =
      req.headers['content-type'] === 'application/json' &&
      req.headers['content-encoding'] === undefined &&
      length > 0 &&
      length <= limit;
    if (!isPlain) {
      readOther(req, res, next);
      return;
    }
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const [first, ...others] = chunks as [Buffer, ...Buffer[]];
      const bytes = others.length === 0 ? first : Buffer.concat(chunks);
      try {
        req.body = JSON.parse(decoder.decode(bytes));
      } catch (error) {
        next(new ProblemError('malformed-json', (error as Error).message));
        return;
      }
      next();
    });
  };
}

/** The body that `readJson` has read. @throws ProblemError 415 where it has left it unread. */
export function jsonBody(req: Request): unknown {
  if (req.body === undefined) {
    throw new ProblemError(
      'unsupported-media-type',
      `The body must be application/json, found ${req.get('content-type') ?? 'none'}`,
    );
  }
  return req.body;
}

/** Answers with a value. Header and body go in one write; Express's `res.json` takes two. */
export function sendJson(res: Response, value: unknown): void {
  res.setHeader('content-type', 'application/json; charset=utf-8');
  res.end(JSON.stringify(value));
}
