/** A bucket of S3: how requests to it are sent, and what their failures are. */
import type { S3 } from '@aws-sdk/client-s3';
import { hasProxy, loadProxies } from '../../outbound-proxy.ts';
import { ModelError } from '../errors.ts';
import { orAborted } from './or-aborted.ts';
import type { RemoteOptions } from './remote.ts';
import { toModelError } from './s3-errors.ts';

const LOCATION = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/[^/]+)*)\/*$/;

/** A server that has not accepted a connection by then does not respond at all; `fetch` has the same limit. */
const MAX_CONNECT_MS = 10_000;

/** A bucket, the prefix of the store's keys, and how to send requests. */
export interface Bucket {
  readonly name: string;
  readonly location: string;
  /** The name of an object in the bucket. */
  keyOf(key: string): string;
  /** Loads the SDK, which is slow, with the first request. @param onProgress called when it has been loaded. */
  load(onProgress: () => void): Promise<void>;
  /**
   * Sends a request, which ends with the store's own signal.
   *
   * @param key named in a message.
   * @param options `isLimited`: the whole response has to be there within the time for a stalled connection.
   * @throws ModelError for an error of S3.
   */
  send<T>(
    key: string,
    request: (s3: S3, options: { readonly abortSignal: AbortSignal }) => Promise<T>,
    options?: { readonly isLimited?: boolean },
  ): Promise<T>;
}

/** @throws ModelError `bad-reference` where the location is not `s3://bucket/prefix`. */
export function openBucket(location: string, { stallMs, signal }: RemoteOptions): Bucket {
  const [, name, prefix] = LOCATION.exec(location) ?? [];
  if (name === undefined || prefix === undefined) {
    throw new ModelError(
      'bad-reference',
      `MODEL_STORE: expected s3://bucket/prefix, found ${location}`,
    );
  }
  const base = `s3://${name}${prefix}`;
  let client: Promise<S3> | undefined;
  const open = (): Promise<S3> => {
    client ??= connect(stallMs);
    return client;
  };
  return {
    name,
    location: base,
    keyOf: (key) => `${prefix}/${key}`.slice(1),
    load: async (onProgress) => {
      const isFirst = client === undefined;
      await open();
      if (isFirst) {
        onProgress();
      }
    },
    send: async (key, request, { isLimited = false } = {}) => {
      // One signal for each request: the SDK adds a listener to it, and Node warns of many on one.
      const controller = new AbortController();
      const abort = (): void => controller.abort(signal.reason);
      signal.addEventListener('abort', abort);
      const limit = isLimited
        ? setTimeout(() => {
            const message = `the response was not complete after ${stallMs} ms`;
            controller.abort(new ModelError('store-unavailable', `${base}/${key}: ${message}`));
          }, stallMs)
        : undefined;
      try {
        signal.throwIfAborted();
        const sending = request(await open(), { abortSignal: controller.signal });
        return await orAborted(sending, controller.signal);
      } catch (error) {
        const { aborted, reason } = controller.signal;
        throw aborted ? reason : toModelError(error, `${base}/${key}`, name);
      } finally {
        clearTimeout(limit);
        signal.removeEventListener('abort', abort);
      }
    },
  };
}

/** The SDK's own handler knows no proxies; `fetch` does. */
async function requestHandlerOf(stallMs: number) {
  if (hasProxy()) {
    await loadProxies();
    const { FetchHttpHandler } = await import('@smithy/fetch-http-handler');
    return new FetchHttpHandler({ requestTimeout: stallMs });
  }
  return { connectionTimeout: Math.min(stallMs, MAX_CONNECT_MS), socketTimeout: stallMs };
}

async function connect(stallMs: number): Promise<S3> {
  const sdk = await import('@aws-sdk/client-s3');
  const s3 = new sdk.S3({
    // `Retry` repeats requests: it resumes transfers, and it has a deadline.
    maxAttempts: 1,
    // A version is proven by its SHA; not every server knows the SDK's checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: await requestHandlerOf(stallMs),
  });
  // Servers other than Amazon's seldom have a host name for each bucket. Only when the SDK resolves
  // the endpoint is it known whether the environment or a profile sets one.
  const resolve = s3.config.endpointProvider;
  s3.config.endpointProvider = (parameters, context) =>
    resolve({ ...parameters, ForcePathStyle: parameters.Endpoint !== undefined }, context);
  return s3;
}
