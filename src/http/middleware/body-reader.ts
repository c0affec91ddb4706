/** Reads a whole request body, decompressed, within a limit of its own and the budget of all bodies. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import {
  type BodyAccount,
  type BodyBudget,
  hasTooSmallParts,
  MIN_PART_BYTES,
} from '../../network/body-budget.ts';
import { ProblemError } from '../../serving/problem.ts';
import { UnreadBodyError } from '../problems.ts';

interface Decoder {
  readonly create: () => Duplex;
  /** Memory that it takes beside the bytes that it returns: its window and its tables. */
  readonly bytes: number;
}

/** What reads a compressed body, by its encoding. */
export const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: { create: createGunzip, bytes: 128 * 1024 },
  deflate: { create: createInflate, bytes: 128 * 1024 },
  br: { create: createBrotliDecompress, bytes: 8 * 1024 ** 2 },
};

export interface ReadOptions {
  /** Maximum size of a body, in bytes; of a compressed one, after decompression. */
  readonly limit: number;
  readonly budget: BodyBudget;
}

/**
 * The body is charged to the budget until the response has ended: what was parsed of it takes memory until
 * then.
 *
 * @param onEnd called once, and not at all where the client disconnects.
 */
export function readBody(
  req: IncomingMessage,
  res: ServerResponse,
  { limit, budget }: ReadOptions,
  onEnd: (result: Buffer | ProblemError) => void,
): void {
  const encoding = req.headers['content-encoding']?.toLowerCase() || 'identity';
  const decoder = DECODERS[encoding];
  const account = budget.open();
  if (decoder && !account.grow(decoder.bytes)) {
    account.close();
    onEnd(tooManyBodies());
    return;
  }
  const stream = decoder ? req.pipe(decoder.create()) : req;
  const body = createCollector();
  let isFinished = false;
  const finish = (result: Buffer | ProblemError): void => {
    if (!isFinished) {
      isFinished = true;
      onEnd(result);
    }
  };
  const refuse = (problem: ProblemError): void => {
    body.clear();
    if (stream !== req) {
      req.unpipe();
      stream.destroy();
    }
    finish(problem);
  };
  stream.on('data', (chunk: Buffer) => {
    if (!isFinished) {
      const problem = append(body, chunk, { limit, account, ownBytes: decoder?.bytes ?? 0 });
      if (problem) {
        refuse(problem);
      }
    }
  });
  onTooManyParts(req, refuse);
  stream.once('end', () => finish(body.bytes()));
  if (stream !== req) {
    stream.once('error', () =>
      refuse(new ProblemError('malformed-json', `The body is not valid ${encoding}`)),
    );
  }
  // Whatever ends the exchange: the request itself is not closed where it was refused half-way.
  res.once('close', () => {
    isFinished = true;
    body.clear();
    if (stream !== req) {
      stream.destroy();
    }
    account.close();
  });
}

function onTooManyParts(req: IncomingMessage, refuse: (problem: ProblemError) => void): void {
  let parts = 0;
  let bytes = 0;
  req.on('data', (part: Buffer) => {
    parts++;
    bytes += part.byteLength;
    if (hasTooSmallParts(parts, bytes)) {
      const detail = `The body comes in chunks of fewer than ${MIN_PART_BYTES} bytes`;
      refuse(new UnreadBodyError('invalid-request', detail));
    }
  });
}

interface Collector {
  append(chunk: Buffer): void;
  length(): number;
  bytes(): Buffer;
  clear(): void;
}

/** One buffer that grows: as a list, millions of chunks of one byte would take hundreds of bytes each. */
function createCollector(): Collector {
  let buffer: Buffer = Buffer.alloc(0);
  let length = 0;
  return {
    append: (chunk) => {
      if (length === 0) {
        buffer = chunk;
      } else {
        if (length + chunk.byteLength > buffer.byteLength) {
          const grown = Buffer.allocUnsafeSlow(2 * (length + chunk.byteLength));
          buffer.copy(grown, 0, 0, length);
          buffer = grown;
        }
        chunk.copy(buffer, length);
      }
      length += chunk.byteLength;
    },
    length: () => length,
    bytes: () => buffer.subarray(0, length),
    clear: () => {
      buffer = Buffer.alloc(0);
      length = 0;
    },
  };
}

function append(
  body: Collector,
  chunk: Buffer,
  { limit, account, ownBytes }: { limit: number; account: BodyAccount; ownBytes: number },
): ProblemError | undefined {
  body.append(chunk);
  if (body.length() > limit) {
    return tooLarge(limit);
  }
  return account.grow(ownBytes + body.length()) ? undefined : tooManyBodies();
}

export function tooLarge(limit: number): ProblemError {
  const detail = `The body is too large; at most ${limit} bytes are allowed`;
  return new UnreadBodyError('body-too-large', detail);
}

function tooManyBodies(): ProblemError {
  const detail = 'Too many large request bodies are being received; try again later';
  return new UnreadBodyError('too-many-bodies', detail, 1);
}
