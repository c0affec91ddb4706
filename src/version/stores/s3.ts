/**
 * `s3://bucket/prefix`: Amazon S3, or any server with its protocol. Credentials, region and endpoint are
 * the AWS SDK's own settings (`AWS_REGION`, `AWS_ENDPOINT_URL_S3`, …).
 */
import type { S3 } from '@aws-sdk/client-s3';
import { mismatch } from '../../errors.ts';
import { hasCode, ModelError } from '../errors.ts';
import { orAborted } from './or-aborted.ts';
import { createRemoteStore, type ObjectReader, type RemoteOptions } from './remote.ts';
import type { Retry } from './retry.ts';
import { statusOf, toModelError } from './s3-errors.ts';
import type { RemoteStore, WritableStore } from './store.ts';

const LOCATION = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/[^/]+)*)\/*$/;

/** A server that has not accepted a connection by then does not respond at all; `fetch` has the same limit. */
const MAX_CONNECT_MS = 10_000;

/** Of 1,000 keys each. */
const MAX_PAGES = 1_000;

/** A bucket, the prefix of the store's keys, and how to send requests. */
interface Bucket {
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
export function createS3Store(
  location: string,
  options: RemoteOptions,
): RemoteStore & WritableStore {
  const bucket = openBucket(location, options);
  // Loading the SDK takes none of the time that the store has to respond.
  const retry: Retry = (work) =>
    options.retry(async (onProgress) => {
      await bucket.load(onProgress);
      return work(onProgress);
    });
  return {
    ...createRemoteStore(createReader(bucket), { ...options, retry }),
    list: async (folder) => {
      const paths: string[] = [];
      const tokens = new Set<string>();
      let token: string | undefined;
      do {
        const page = await retry(() => listPage(bucket, folder, token));
        paths.push(...page.paths);
        token = page.nextToken;
        if (token !== undefined && (tokens.has(token) || tokens.size === MAX_PAGES)) {
          const found = tokens.has(token) ? 'the same page again' : 'more';
          throw notAList(bucket, folder, `at most ${MAX_PAGES} different pages`, found);
        }
        tokens.add(token ?? '');
      } while (token !== undefined);
      return paths;
    },
    create: (key, bytes) => {
      let isRepeated = false;
      return retry(async () => {
        // A server that refuses an object may close the connection before it has read the whole body.
        // Its response, that the object exists, is lost then.
        if (isRepeated && (await exists(bucket, key))) {
          return 'exists';
        }
        isRepeated = true;
        return createObject(bucket, key, bytes);
      });
    },
  };
}

function openBucket(location: string, { stallMs, signal }: RemoteOptions): Bucket {
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

async function connect(stallMs: number): Promise<S3> {
  const sdk = await import('@aws-sdk/client-s3');
  const s3 = new sdk.S3({
    // `Retry` repeats requests: it resumes transfers, and it has a deadline.
    maxAttempts: 1,
    // A version is proven by its SHA; not every server knows the SDK's checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: Math.min(stallMs, MAX_CONNECT_MS),
      socketTimeout: stallMs,
    },
  });
  // Servers other than Amazon's seldom have a host name for each bucket. Only when the SDK resolves
  // the endpoint is it known whether the environment or a profile sets one.
  const resolve = s3.config.endpointProvider;
  s3.config.endpointProvider = (parameters, context) =>
    resolve({ ...parameters, ForcePathStyle: parameters.Endpoint !== undefined }, context);
  return s3;
}

function createReader({ name, location, keyOf, send }: Bucket): ObjectReader {
  return {
    location,
    openAt: (key, offset, abortSignal) =>
      send(key, async (s3) => {
        const range = offset > 0 ? { Range: `bytes=${offset}-` } : {};
        const object = await s3.getObject(
          { Bucket: name, Key: keyOf(key), ...range },
          { abortSignal },
        );
        // In a partial response, ContentLength is that of the part; ContentRange ends with the total.
        const size = object.ContentRange?.split('/')[1] ?? object.ContentLength;
        return {
          size: size === undefined ? undefined : Number(size),
          offset: Number(/^bytes (\d+)-/.exec(object.ContentRange ?? '')?.[1] ?? 0),
          body: object.Body as unknown as AsyncIterable<Uint8Array>,
        };
      }),
  };
}

async function listPage(
  bucket: Bucket,
  folder: string,
  token: string | undefined,
): Promise<{ paths: string[]; nextToken: string | undefined }> {
  const { name, keyOf, send } = bucket;
  const prefix = `${keyOf(folder)}/`;
  const page = await send(
    folder,
    (s3, options) =>
      s3.listObjectsV2(
        { Bucket: name, Prefix: prefix, ...(token ? { ContinuationToken: token } : {}) },
        options,
      ),
    { isLimited: true },
  );
  if (page.IsTruncated === undefined) {
    throw notAList(bucket, folder, 'a list of objects', 'another response');
  }
  if (page.IsTruncated && !page.NextContinuationToken) {
    throw notAList(bucket, folder, 'the whole list, or a token of its next page', 'a part of it');
  }
  const paths = (page.Contents ?? []).map(({ Key = '' }) => Key.slice(prefix.length));
  return {
    // Some tools create an object whose name ends with a slash for each folder.
    paths: paths.filter((path) => path !== '' && !path.endsWith('/')),
    nextToken: page.IsTruncated ? page.NextContinuationToken : undefined,
  };
}

function notAList(
  { location }: Bucket,
  folder: string,
  expected: string,
  found: string,
): ModelError {
  const where = `${location}/${folder}: list of objects`;
  return new ModelError(
    'store-refused',
    `${mismatch(where, expected, found)}: AWS_ENDPOINT_URL_S3 must be the address of an S3 server`,
  );
}

async function exists({ name, keyOf, send }: Bucket, key: string): Promise<boolean> {
  try {
    const object = { Bucket: name, Key: keyOf(key) };
    await send(key, (s3, options) => s3.headObject(object, options), { isLimited: true });
    return true;
  } catch (error) {
    if (hasCode(error, 'not-found')) {
      return false;
    }
    throw error;
  }
}

function createObject(
  { name, keyOf, send }: Bucket,
  key: string,
  bytes: Buffer,
): Promise<'created' | 'exists'> {
  return send(key, async (s3, options) => {
    const object = { Bucket: name, Key: keyOf(key), Body: bytes, IfNoneMatch: '*' };
    try {
      await s3.putObject(object, options);
      return 'created';
    } catch (error) {
      if (statusOf(error) === 412) {
        return 'exists';
      }
      throw error;
    }
  });
}
