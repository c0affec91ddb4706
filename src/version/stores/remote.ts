/** Retrying, resuming and the checks of size, once for every kind of remote store. */
import { ModelError } from '../errors.ts';
import { networkCode } from './network.ts';
import type { Retry } from './retry.ts';
import type { RemoteStore } from './store.ts';

/** A connection on which nothing comes for this long is given up. */
export const STALL_MS = 30_000;

export interface OpenObject {
  /** Bytes of the whole object; undefined where the server doesn't tell. */
  readonly size: number | undefined;
  /** Which byte the body begins with: the one asked for, or 0 where the server knows no ranges. */
  readonly offset: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What a kind of remote store has to bring. */
export interface ObjectReader {
  readonly location: string;
  /**
   * Opens an object from a byte on.
   *
   * @param signal when it is aborted, the connection ends, also while the body is read.
   * @throws ModelError `store-unavailable` for what may pass.
   */
  openAt(key: string, offset: number, signal: AbortSignal): Promise<OpenObject>;
}

export interface RemoteOptions {
  readonly retry: Retry;
  readonly stallMs: number;
  /** Ends every connection. */
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
): Promise<'whole' | 'resumed'> {
  const name = `${reader.location}/${key}`;
  let received = 0;
  let connections = 0;
  await retry(async () => {
    const connection = openConnection(name, stallMs, signal);
    try {
      const object = await reader.openAt(key, received, connection.signal);
      checkSize(name, object.size, bounds);
      connections++;
      let repeated = received - object.offset;
      for await (const chunk of chunksOf(object.body, name)) {
        connection.onChunk();
        const fresh = chunk.subarray(Math.min(repeated, chunk.byteLength));
        repeated -= chunk.byteLength - fresh.byteLength;
        received += fresh.byteLength;
        checkSize(name, Math.max(received, bounds.min), bounds);
        await sink(fresh);
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
      connection.end();
    }
  });
  return connections > 1 ? 'resumed' : 'whole';
}

/** A signal that is aborted when nothing has come for too long, and in the end. */
function openConnection(name: string, stallMs: number, signal: AbortSignal) {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(
      new ModelError('store-unavailable', `${name}: nothing came for ${stallMs} ms`),
    );
  }, stallMs);
  return {
    signal: AbortSignal.any([signal, controller.signal]),
    onChunk: () => timer.refresh(),
    /** What has not been read of the body is discarded. */
    end: () => {
      clearTimeout(timer);
      controller.abort();
    },
  };
}

/** A body's chunks; a connection that breaks is told apart from what goes wrong with the chunks. */
async function* chunksOf(
  body: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    const code = networkCode(error);
    throw code === undefined
      ? error
      : new ModelError('store-unavailable', `${name}: the connection broke: ${code}`, {
          cause: error,
        });
  }
}

function checkSize(name: string, size: number | undefined, { min, max }: Bounds): void {
  if (size !== undefined && (size < min || size > max)) {
    const [relation, limit] = size > max ? ['larger', 'at most'] : ['smaller', 'at least'];
    throw new ModelError(
      'not-proven',
      `${name} is ${relation} than expected: ${limit} ${size > max ? max : min} bytes, found ${size}`,
    );
  }
}
