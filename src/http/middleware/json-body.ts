/** Bodies in JSON: how they are read and written, and the problem for any other body. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Request, RequestHandler, Response } from 'express';
import type { BodyBudget } from '../body-budget.ts';
import { ProblemError } from '../problems.ts';
import { findExcess } from './json-outline.ts';

/** What reads a compressed body, by its encoding. */
const DECODERS: Readonly<Record<string, () => Duplex>> = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

const JSON_TYPE = /^application\/(?:json|[^\s;/]+\+json)$/i;
const CHARSET = /;\s*charset\s*=\s*"?([^\s";]+)"?/i;

export interface BodyOptions {
  /** Maximum size of a body, in bytes; of a compressed one, after decompression. */
  readonly limit: number;
  readonly budget: BodyBudget;
}

/**
 * Reads a body into `req.body`. An empty one becomes `{}`.
 *
 * Not Express's `json`, which takes three times as long, reads on after it has refused a body, and
 * replaces bytes that are no UTF-8 (docs/decisions/0011-http-on-the-main-thread.md).
 */
export function readJson(options: BodyOptions): RequestHandler {
  // Takes off a byte order mark.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  return (req, res, next) => {
    if (isEmpty(req)) {
      req.body = {};
      next();
      return;
    }
    const refusal = refusalOf(req, options.limit);
    if (refusal) {
      next(refusal);
      return;
    }
    if (req.headers.expect !== undefined) {
      res.writeContinue();
    }
    readBytes(req, res, options, (result) => {
      if (result instanceof ProblemError) {
        next(result);
        return;
      }
      const excess = findExcess(result);
      if (excess !== undefined) {
        next(new ProblemError('invalid-body', `The body has ${excess}`));
        return;
      }
      try {
        req.body = result.byteLength === 0 ? {} : JSON.parse(decoder.decode(result));
      } catch (error) {
        const detail =
          error instanceof SyntaxError ? error.message : 'The body has bytes that are not UTF-8';
        next(new ProblemError('malformed-json', detail));
        return;
      }
      next();
    });
  };
}

function isEmpty({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
}

/** Why a body is not read at all; undefined where it is. */
function refusalOf({ headers }: IncomingMessage, limit: number): ProblemError | undefined {
  const type = headers['content-type'];
  const [essence = ''] = (type ?? '').split(';', 1);
  if (!JSON_TYPE.test(essence.trim())) {
    return unsupported(`The body must be application/json, found ${type ?? 'no content type'}`);
  }
  const charset = CHARSET.exec(type ?? '')?.[1]?.toUpperCase() ?? 'UTF-8';
  if (!['UTF-8', 'UTF8', 'US-ASCII'].includes(charset)) {
    return unsupported(`The body must be in UTF-8, found the character set ${charset}`);
  }
  const encoding = headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding !== 'identity' && !Object.hasOwn(DECODERS, encoding)) {
    const known = Object.keys(DECODERS).join(', ');
    return unsupported(`The body may be compressed by ${known}, found ${encoding}`);
  }
  return Number(headers['content-length'] ?? 0) > limit ? tooLarge(limit) : undefined;
}

function unsupported(detail: string): ProblemError {
  return new ProblemError('unsupported-media-type', detail);
}

function tooLarge(limit: number): ProblemError {
  return new ProblemError(
    'body-too-large',
    `The body is too large; at most ${limit} bytes are allowed`,
    {
      connection: 'close',
    },
  );
}

/**
 * Reads a whole body, decompressed. The callback is called once, and not at all where the client breaks
 * off.
 */
function readBytes(
  req: IncomingMessage,
  res: ServerResponse,
  { limit, budget }: BodyOptions,
  onEnd: (result: Buffer | ProblemError) => void,
): void {
  const encoding = req.headers['content-encoding']?.toLowerCase();
  const decode = DECODERS[encoding ?? ''];
  const stream = decode ? req.pipe(decode()) : req;
  const account = budget.open();
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isFinished = false;
  const finish = (result: Buffer | ProblemError): void => {
    if (!isFinished) {
      isFinished = true;
      account.close();
      onEnd(result);
    }
  };
  const refuse = (problem: ProblemError): void => {
    chunks.length = 0;
    if (stream !== req) {
      req.unpipe();
      stream.destroy();
    }
    finish(problem);
  };
  stream.on('data', (chunk: Buffer) => {
    if (isFinished) {
      return;
    }
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > limit) {
      refuse(tooLarge(limit));
    } else if (!account.grow(bytes)) {
      refuse(tooManyBodies());
    }
  });
  stream.once('end', () => finish(Buffer.concat(chunks)));
  if (stream !== req) {
    stream.once('error', () =>
      refuse(new ProblemError('malformed-json', `The body is not valid ${encoding}`)),
    );
  }
  // Whatever ends the exchange: the request itself is not closed where it was refused half-way.
  res.once('close', () => {
    isFinished = true;
    account.close();
  });
}

function tooManyBodies(): ProblemError {
  const detail = 'Too many large request bodies are being received; try again later';
  return new ProblemError('too-many-bodies', detail, { 'retry-after': '1', connection: 'close' });
}

/** The body that `readJson` has read. */
export function jsonBody(req: Request): unknown {
  return req.body;
}

/** Answers with a value. Header and body go in one write; Express's `res.json` takes two. */
export function sendJson(res: Response, value: unknown): void {
  res.setHeader('content-type', 'application/json; charset=utf-8');
  res.end(JSON.stringify(value));
}
