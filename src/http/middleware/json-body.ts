/** Bodies in JSON: how they are read and written, and the problem for any other body. */
import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import { ProblemError } from '../../serving/problem.ts';
import { DECODERS, type ReadOptions, readBody, tooLarge } from './body-reader.ts';
import { findExcess } from './json-outline.ts';

const JSON_TYPE = /^application\/(?:json|[^\s;/]+\+json)$/i;
const CHARSET = /;\s*charset\s*=\s*"?([^\s";]+)"?/i;

/** The media types of a body in JSON. */
export interface BodyTypes {
  /** Beside `application/json`. */
  readonly alsoAccepted: readonly string[];
  /** Whether a body needs a media type. */
  readonly isRequired: boolean;
}

const JSON_ONLY: BodyTypes = { alsoAccepted: [], isRequired: true };

/**
 * Reads a body into `req.body`, as bytes; `parseJsonBody` parses them.
 *
 * Not Express's `json`, which takes three times as long, reads on after it has refused a body, and
 * replaces bytes that are no UTF-8 (docs/decisions/0011-http-on-the-main-thread.md).
 */
export function readJson(options: ReadOptions, types: BodyTypes = JSON_ONLY): RequestHandler {
  return (req, res, next) => {
    if (isEmpty(req)) {
      req.body = Buffer.alloc(0);
      next();
      return;
    }
    const refusal = refusalOf(req, options.limit, types);
    if (refusal) {
      refuseUnlessEmpty(req, refusal, next);
      return;
    }
    // RFC 9110, 10.1.1: clients of HTTP/1.0 do not know interim responses.
    if (req.headers.expect !== undefined && req.httpVersion === '1.1') {
      res.writeContinue();
    }
    readBody(req, res, options, (result) => {
      if (result instanceof ProblemError) {
        next(result);
      } else {
        req.body = result;
        next();
      }
    });
  };
}

/** A body in chunks may turn out to have none: then it needs no type. */
function refuseUnlessEmpty(
  req: Request,
  refusal: ProblemError,
  next: (problem?: ProblemError) => void,
): void {
  const { 'transfer-encoding': transferEncoding, expect } = req.headers;
  // A client that waits for 100 Continue has a body.
  if (transferEncoding === undefined || expect !== undefined) {
    next(refusal);
    return;
  }
  const finish = (problem?: ProblemError): void => {
    req.off('data', onData).off('end', onEnd);
    next(problem);
  };
  const onData = (): void => finish(refusal);
  const onEnd = (): void => {
    req.body = Buffer.alloc(0);
    finish();
  };
  req.on('data', onData).on('end', onEnd);
}

// Removes a byte order mark.
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses the body that `readJson` has read, and checks it; an empty one is `{}`.
 *
 * @param check throws where the value is not what was expected. `isPrefix`: there is more of it, too much
 * to parse.
 * @throws ProblemError `malformed-json` or `invalid-body`, and what `check` throws.
 */
export function parseJsonBody<T>(req: Request, check: (value: unknown, isPrefix: boolean) => T): T {
  const bytes = req.body as Buffer;
  // Its text and its value take several times as much: the bytes are needed no longer.
  req.body = undefined;
  if (bytes.byteLength === 0) {
    return check({}, false);
  }
  const excess = findExcess(bytes);
  if (excess === undefined) {
    return check(parseJson(bytes), false);
  }
  check(parseJson(excess.prefix), true);
  throw new ProblemError('invalid-body', `The body has ${excess.description}`);
}

/**
 * Parses JSON that may have an array for each of `maxTexts` texts.
 *
 * @throws ProblemError `malformed-json`, or `invalid-body` where there is more of it than any request needs.
 */
export function parseBoundedJson(bytes: Buffer, maxTexts: number): unknown {
  const excess = findExcess(bytes, maxTexts);
  if (excess !== undefined) {
    throw new ProblemError('invalid-body', `The body has ${excess.description}`);
  }
  return parseJson(bytes);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch (error) {
    const detail =
      error instanceof SyntaxError ? error.message : 'The body has bytes that are not UTF-8';
    throw new ProblemError('malformed-json', detail);
  }
}

function isEmpty({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
}

/** Why a body is not read at all; undefined where it is. */
function refusalOf(
  { headers }: IncomingMessage,
  limit: number,
  types: BodyTypes,
): ProblemError | undefined {
  const type = headers['content-type'];
  // A page may send a body without a type to another site, which is not asked before.
  const isFromPage = headers.origin !== undefined;
  if (!isAccepted(type ?? '', types) || (isFromPage && !type)) {
    const accepted = ['application/json', ...types.alsoAccepted].join(' or ');
    return unsupported(`The body must be ${accepted}, found ${type || 'no content type'}`);
  }
  const charset = CHARSET.exec(type ?? '')?.[1]?.toUpperCase() ?? 'UTF-8';
  if (!['UTF-8', 'UTF8', 'US-ASCII'].includes(charset)) {
    return unsupported(`The body must be in UTF-8, found the character set ${charset}`);
  }
  const encoding = headers['content-encoding']?.toLowerCase() || 'identity';
  if (encoding !== 'identity' && !Object.hasOwn(DECODERS, encoding)) {
    const known = Object.keys(DECODERS).join(', ');
    return unsupported(`The body may be compressed by ${known}, found ${encoding}`);
  }
  return Number(headers['content-length'] ?? 0) > limit ? tooLarge(limit) : undefined;
}

function isAccepted(type: string, { alsoAccepted, isRequired }: BodyTypes): boolean {
  const [essence = ''] = type.split(';', 1);
  const name = essence.trim();
  return name === ''
    ? !isRequired
    : JSON_TYPE.test(name) || alsoAccepted.includes(name.toLowerCase());
}

function unsupported(detail: string): ProblemError {
  return new ProblemError('unsupported-media-type', detail);
}

/** Answers with a value. Header and body go in one write; Express's `res.json` takes two. */
export function sendJson(res: Response, value: unknown): void {
  res.setHeader('content-type', 'application/json; charset=utf-8');
  res.end(JSON.stringify(value));
}
