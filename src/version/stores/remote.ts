/** What all remote stores have in common: retrying, resuming, and the checks of size. */
import { mismatch } from '../../errors.ts';
import { ModelError } from '../errors.ts';
import { networkCode } from './network.ts';
import { orAborted } from './or-aborted.ts';
import type { Retry } from './retry.ts';
import type { RemoteStore, Transfer } from './store.ts';

/** A connection on which nothing, or next to nothing, arrives for this long is closed. */
export const STALL_MS = 30_000;

/** Of a short file, fewer bytes are no progress: a server could send single ones for hours. */
const MIN_PROGRESS_BYTES = 4096;

export interface OpenObject {
  /** Bytes of the whole object; undefined where the server does not report it. */
  readonly size: number | undefined;
  /** The first byte of the body: the requested one, or 0 where the server does not support ranges. */
  readonly offset: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What differs between remote stores. */
export interface ObjectReader {
  readonly location: string;
  /**
   * Opens an object, from a byte on.
   *
   * @param signal when it is aborted, the connection is closed, also while the body is read.
   * @throws ModelError `store-unavailable` for a failure after which a later request may succeed.
   */
  openAt(key: string, offset: number, signal: AbortSignal): Promise<OpenObject>;
}

export interface RemoteOptions {
  readonly retry: Retry;
  readonly stallMs: number;
  /** When it is aborted, every connection is closed. */
  readonly signal: AbortSignal;
}

export function createRemoteStore(reader: ObjectReader, options: RemoteOptions): RemoteStore {
  return {
    location: reader.location,
    async read(key, maxBytes) {
      const chunks: Uint8Array[] = [];
      await receive(reader, options, key, { min: 0, max: maxBytes }, async (chunk) => {
        chunks.push(chunk);
      });
      return Buffer.concat(chunks);
    },
    download: (key, size, sink) => receive(reader, options, key, { min: size, max: size }, sink),
  };
}

/** Of a size, in bytes. */
interface Bounds {
  readonly min: number;
  readonly max: number;
}

async function receive(
  reader: ObjectReader,
  { retry, stallMs, signal }: RemoteOptions,
  key: string,
  bounds: Bounds,
  sink: (chunk: Uint8Array) => Promise<void>,
): Promise<Transfer> {
  const name = `${reader.location}/${key}`;
  let received = 0;
  let connections = 0;
  let unreported = 0;
  const minProgress = bounds.min === bounds.max ? 1 : MIN_PROGRESS_BYTES;
  await retry(async (onProgress) => {
    const connection = openConnection(name, stallMs, signal);
    try {
      const opening = reader.openAt(key, received, connection.signal);
      const object = await orAborted(opening, connection.signal);
      checkSize(name, object.size, bounds);
      if (object.offset > received) {
        const found = `bytes from ${object.offset} on`;
        throw new ModelError('store-refused', mismatch(name, `bytes from ${received} on`, found));
      }
      connections++;
      for await (const chunk of skip(
        chunksOf(object.body, name, connection.signal),
        received - object.offset,
      )) {
        received += chunk.byteLength;
        unreported += chunk.byteLength;
        checkSize(name, Math.max(received, bounds.min), bounds);
        await sink(chunk);
        if (chunk.byteLength === 0) {
          connection.onChunk();
        } else if (unreported >= minProgress) {
          connection.onChunk();
          onProgress();
          unreported = 0;
        }
      }
      if (object.size !== undefined && received < object.size) {
        throw new ModelError(
          'store-unavailable',
          `${name}: the connection ended after ${received} of ${object.size} bytes`,
        );
      }
    } catch (error) {
      throw connection.signal.aborted ? connection.signal.reason : error;
    } finally {
      connection.close();
    }
  });
  return connections > 1 ? 'resumed' : 'whole';
}

interface Connection {
  /** Aborted when nothing has arrived for too long, and when the connection is closed. */
  readonly signal: AbortSignal;
  onChunk(): void;
  /** Closes the connection, whether or not its body has been read. */
  close(): void;
}

function openConnection(name: string, stallMs: number, signal: AbortSignal): Connection {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(
      new ModelError('store-unavailable', `${name}: no data arrived for ${stallMs} ms`),
    );
  }, stallMs);
  const onAbort = (): void => controller.abort(signal.reason);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) {
    onAbort();
  }
  return {
    signal: controller.signal,
    onChunk: () => timer.refresh(),
    close: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      controller.abort();
    },
  };
}

/** A body's chunks. @throws ModelError `store-unavailable` in place of an error of the network. */
async function* chunksOf(
  body: AsyncIterable<Uint8Array>,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await orAborted(chunks.next(), signal);
      if (next.done) {
        return;
      }
      yield next.value;
    }
  } catch (error) {
    const code = networkCode(error);
    throw code === undefined
      ? error
      : new ModelError('store-unavailable', `${name}: the connection broke: ${code}`, {
          cause: error,
        });
  } finally {
    // Not awaited: a body on which nothing arrives does not end.
    chunks.return?.().catch(() => undefined);
  }
}

/** Chunks without their first bytes, which a server that does not support ranges sends again. */
async function* skip(chunks: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let remaining = bytes;
  for await (const chunk of chunks) {
    const rest = chunk.subarray(Math.min(remaining, chunk.byteLength));
    remaining -= chunk.byteLength - rest.byteLength;
    yield rest;
  }
}

function checkSize(name: string, size: number | undefined, { min, max }: Bounds): void {
  if (size !== undefined && (size < min || size > max)) {
    const [relation, limit] = size > max ? ['larger', 'at most'] : ['smaller', 'at least'];
    const expected = `${limit} ${size > max ? max : min} bytes`;
    throw new ModelError(
      'not-proven',
      `${name} is ${relation} than expected: ${expected}, found ${size}`,
      { data: { path: name, expected, found: size } },
    );
  }
}
