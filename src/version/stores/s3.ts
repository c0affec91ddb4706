/**
 * `s3://bucket/prefix`: Amazon S3, or whatever speaks its protocol. Credentials, region and endpoint
 * are the AWS SDK's own settings (`AWS_REGION`, `AWS_ENDPOINT_URL_S3`, …).
 */
import type { S3 } from '@aws-sdk/client-s3';
import { ModelError } from '../errors.ts';
import { isTransientStatus, networkCode } from './network.ts';
import { createRemoteStore, type ObjectReader, type RemoteOptions } from './remote.ts';
import type { RemoteStore, WritableStore } from './store.ts';

const LOCATION = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/[^/]+)*)\/*$/;

/** Codes of answers that a later attempt may not get, whatever their status. */
const TRANSIENT_ERRORS = new Set([
  ...['SlowDown', 'Throttling', 'ThrottlingException', 'RequestTimeout', 'InternalError'],
  // Another process is creating the same object at this moment.
  ...['OperationAborted', 'ConditionalRequestConflict'],
]);

/** Codes that are about credentials; servers differ in the status that they give with them. */
const CREDENTIAL_ERRORS = new Set([
  ...['AccessDenied', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'RequestTimeTooSkewed'],
  ...['ExpiredToken', 'ExpiredTokenException', 'InvalidToken'],
]);

/** @throws ModelError `bad-reference` where the location is not `s3://bucket/prefix`. */
export function createS3Store(
  location: string,
  options: RemoteOptions,
): RemoteStore & WritableStore {
  const [, bucket, prefix] = LOCATION.exec(location) ?? [];
  if (bucket === undefined || prefix === undefined) {
    throw new ModelError('bad-reference', `expected s3://bucket/prefix, found ${location}`);
  }
  const base = `s3://${bucket}${prefix}`;
  const keyOf = (key: string): string => `${prefix}/${key}`.slice(1);
  const client = lazily(() => connect(options.stallMs));

  /** @param name what is asked for, for messages. */
  async function ask<T>(name: string, request: (s3: S3) => Promise<T>): Promise<T> {
    try {
      return await request(await client());
    } catch (error) {
      throw toModelError(error, name, bucket as string);
    }
  }

  const reader: ObjectReader = {
    location: base,
    openAt: (key, offset, abortSignal) =>
      ask(`${base}/${key}`, async (s3) => {
        const range = offset > 0 ? { Range: `bytes=${offset}-` } : {};
        const object = await s3.getObject(
          { Bucket: bucket, Key: keyOf(key), ...range },
          { abortSignal },
        );
        // Of a part, ContentLength is the part's: the whole is behind the slash of ContentRange.
        const size = object.ContentRange?.split('/')[1] ?? object.ContentLength;
        return {
          size: size === undefined ? undefined : Number(size),
          offset: object.ContentRange === undefined ? 0 : offset,
          body: object.Body as unknown as AsyncIterable<Uint8Array>,
        };
      }),
  };

  // A signal for each request: each adds a listener, and Node warns of many on one.
  const signal = () => ({ abortSignal: AbortSignal.any([options.signal]) });

  const list = (folder: string, token: string | undefined) =>
    ask(`${base}/${folder}`, (s3) =>
      s3.listObjectsV2(
        {
          Bucket: bucket,
          Prefix: `${keyOf(folder)}/`,
          ...(token ? { ContinuationToken: token } : {}),
        },
        signal(),
      ),
    );

  const isThere = (key: string): Promise<boolean> =>
    ask(`${base}/${key}`, (s3) =>
      s3.headObject({ Bucket: bucket, Key: keyOf(key) }, signal()),
    ).then(
      () => true,
      (error: unknown) => {
        if (error instanceof ModelError && error.code === 'not-found') {
          return false;
        }
        throw error;
      },
    );

  const put = (key: string, bytes: Buffer): Promise<'created' | 'exists'> =>
    ask(`${base}/${key}`, async (s3) => {
      const object = { Bucket: bucket, Key: keyOf(key), Body: bytes, IfNoneMatch: '*' };
      try {
        await s3.putObject(object, signal());
        return 'created';
      } catch (error) {
        if (statusOf(error) === 412) {
          return 'exists';
        }
        throw error;
      }
    });

  return {
    ...createRemoteStore(reader, options),
    async list(folder) {
      const paths: string[] = [];
      let token: string | undefined;
      do {
        const page = await options.retry(() => list(folder, token));
        const start = keyOf(folder).length + 1;
        paths.push(...(page.Contents ?? []).map(({ Key = '' }) => Key.slice(start)));
        token = page.NextContinuationToken;
      } while (token !== undefined);
      // Some tools mark a folder by an object whose name ends in a slash.
      return paths.filter((path) => path !== '' && !path.endsWith('/'));
    },
    create(key, bytes) {
      let isRepeated = false;
      return options.retry(async () => {
        // A server that refuses before it has the whole body may break the connection, and its
        // answer, that the object is there, never arrives.
        if (isRepeated && (await isThere(key))) {
          return 'exists';
        }
        isRepeated = true;
        return put(key, bytes);
      });
    },
  };
}

/** The SDK takes 0.2 s to load: only who uses S3 pays for it. */
async function connect(stallMs: number): Promise<S3> {
  const sdk = await import('@aws-sdk/client-s3');
  const s3 = new sdk.S3({
    // Retrying is ours: it resumes, and it keeps a deadline.
    maxAttempts: 1,
    // A version is proven by its SHA, whatever checksums a server knows.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: stallMs, socketTimeout: stallMs },
  });
  // Servers other than Amazon's seldom have a name for each bucket. Whether an endpoint of one's own
  // is set, in the environment or in a profile, the SDK knows only once it resolves it.
  const resolve = s3.config.endpointProvider;
  s3.config.endpointProvider = (parameters, context) =>
    resolve({ ...parameters, ForcePathStyle: parameters.Endpoint !== undefined }, context);
  return s3;
}

function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

/** What the SDK throws, as what it means for a store; what nobody foresaw stays as it is. */
function toModelError(error: unknown, name: string, bucket: string): unknown {
  const { name: code, message } = error as Error;
  const as = (kind: ModelError['code'], text: string): ModelError =>
    new ModelError(kind, `${name}: ${text}`, { cause: error });

  if (code === 'CredentialsProviderError') {
    return as(
      'access-denied',
      'no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile',
    );
  }
  if (/^Region (?:is missing|not accepted)/.test(message)) {
    return as('bad-reference', `set AWS_REGION: ${message}`);
  }
  const failure = networkCode(error);
  if (failure !== undefined) {
    const { address, port } = error as { address?: string; port?: number };
    const at = address === undefined ? '' : ` at ${address}:${port}`;
    return as('store-unavailable', `the endpoint can't be reached${at}: ${failure}`);
  }
  const status = statusOf(error);
  if (status === undefined) {
    return error;
  }
  const answer = `${code}: ${message} (status ${status})`;
  if (code === 'NoSuchBucket') {
    return as('bad-reference', `the bucket ${bucket} does not exist`);
  }
  if (code === 'NoSuchKey' || code === 'NotFound') {
    return new ModelError('not-found', `${name} does not exist`, { cause: error });
  }
  if (TRANSIENT_ERRORS.has(code) || isTransientStatus(status)) {
    return as('store-unavailable', answer);
  }
  return as(
    CREDENTIAL_ERRORS.has(code) || status === 401 || status === 403
      ? 'access-denied'
      : 'store-refused',
    answer,
  );
}
