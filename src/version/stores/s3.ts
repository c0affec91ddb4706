/**
 * `s3://bucket/prefix`: Amazon S3, or any server with its protocol. Credentials, region and endpoint are
 * the AWS SDK's own settings (`AWS_REGION`, `AWS_ENDPOINT_URL_S3`, …).
 */
import type { S3 } from '@aws-sdk/client-s3';
import { mismatch } from '../../errors.ts';
import { hasCode, ModelError } from '../errors.ts';
import { createRemoteStore, type ObjectReader, type RemoteOptions } from './remote.ts';
import type { Retry } from './retry.ts';
import { type Bucket, openBucket } from './s3-bucket.ts';
import { statusOf } from './s3-errors.ts';
import type { RemoteStore, WritableStore } from './store.ts';

/** Of 1,000 keys each. */
const MAX_PAGES = 1_000;

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
    replace: (key, bytes, expected) => retry(() => replaceObject(bucket, key, bytes, expected)),
    remove: (key) => retry(() => removeObject(bucket, key)),
  };
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

async function createObject(
  bucket: Bucket,
  key: string,
  bytes: Buffer,
): Promise<'created' | 'exists'> {
  return (await putObject(bucket, key, bytes, { IfNoneMatch: '*' })) ? 'created' : 'exists';
}

/** Repeated after a lost response, it finds its own bytes. */
async function replaceObject(
  bucket: Bucket,
  key: string,
  bytes: Buffer,
  expected: Buffer | undefined,
): Promise<'replaced' | 'changed'> {
  const found = await getSmallObject(bucket, key);
  if (found?.bytes.equals(bytes)) {
    return 'replaced';
  }
  const isExpected = found ? expected?.equals(found.bytes) === true : expected === undefined;
  if (!isExpected) {
    return 'changed';
  }
  const condition = found ? { IfMatch: found.etag } : { IfNoneMatch: '*' };
  return (await putObject(bucket, key, bytes, condition)) ? 'replaced' : 'changed';
}

/** @returns whether the condition was met. */
function putObject(
  { name, keyOf, send }: Bucket,
  key: string,
  bytes: Buffer,
  condition: { readonly IfNoneMatch: string } | { readonly IfMatch: string },
): Promise<boolean> {
  return send(key, async (s3, options) => {
    const object = { Bucket: name, Key: keyOf(key), Body: bytes, ...condition };
    try {
      await s3.putObject(object, options);
      return true;
    } catch (error) {
      const status = statusOf(error);
      // Of an object that is to be replaced and is not there any more, 404.
      if (status === 412 || (status === 404 && 'IfMatch' in condition)) {
        return false;
      }
      throw error;
    }
  });
}

async function getSmallObject(
  { name, keyOf, send }: Bucket,
  key: string,
): Promise<{ readonly bytes: Buffer; readonly etag: string } | undefined> {
  const get = async (s3: S3, options: { readonly abortSignal: AbortSignal }) => {
    const { Body, ETag } = await s3.getObject({ Bucket: name, Key: keyOf(key) }, options);
    const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
    return { bytes, etag: ETag ?? '' };
  };
  try {
    return await send(key, get, { isLimited: true });
  } catch (error) {
    if (hasCode(error, 'not-found')) {
      return undefined;
    }
    throw error;
  }
}

function removeObject({ name, keyOf, send }: Bucket, key: string): Promise<void> {
  return send(key, async (s3, options) => {
    await s3.deleteObject({ Bucket: name, Key: keyOf(key) }, options);
  });
}
