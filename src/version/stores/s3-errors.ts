/** What the AWS SDK throws, as errors of a store. */
import { ModelError } from '../errors.ts';
import { isTransientStatus, networkCode, toConnectionError } from './network.ts';

/** Codes of responses that a later request may not get, whatever their status. */
const TRANSIENT_ERRORS = new Set([
  ...['SlowDown', 'Throttling', 'ThrottlingException', 'RequestTimeout', 'InternalError'],
  // Another process is creating the same object.
  ...['OperationAborted', 'ConditionalRequestConflict'],
]);

/** Codes about credentials; servers use different statuses for them. */
const CREDENTIAL_ERRORS = new Set([
  ...['AccessDenied', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'RequestTimeTooSkewed'],
  ...['ExpiredToken', 'ExpiredTokenException', 'InvalidToken'],
]);

/** The message of `fetch`, which the SDK uses behind a proxy, for each request without a response. */
const FETCH_FAILED = 'fetch failed';

/** The HTTP status of a response that the SDK throws; undefined for any other error. */
export function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

/**
 * @param object what was requested, for the message.
 * @returns a ModelError; the error itself where it is not about the request.
 */
export function toModelError(error: unknown, object: string, bucket: string): unknown {
  const { name: code, message } = error as Error;
  const as = (kind: ModelError['code'], reason: string): ModelError =>
    new ModelError(kind, `${object}: ${reason}`, { cause: error });

  if (code === 'CredentialsProviderError') {
    return as(
      'access-denied',
      'no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile',
    );
  }
  if (/^Region (?:is missing|not accepted)/.test(message)) {
    return as('bad-reference', `set AWS_REGION: ${message}`);
  }
  if (message === FETCH_FAILED) {
    return toConnectionError(error, object);
  }
  const failure = networkCode(error);
  if (failure !== undefined) {
    const { address, port } = error as { address?: string; port?: number };
    const endpoint = address === undefined ? '' : ` at ${address}:${port}`;
    return as('store-unavailable', `the endpoint can't be reached${endpoint}: ${failure}`);
  }
  const status = statusOf(error);
  if (status === undefined) {
    // Without a code it is no failure of the connection, but a defect or the signal of the caller.
    return typeof (error as NodeJS.ErrnoException).code === 'string'
      ? as('store-refused', `the endpoint can't be read: ${message}`)
      : error;
  }
  if (code === 'NoSuchBucket') {
    return as('bad-reference', `the bucket ${bucket} does not exist`);
  }
  if (code === 'NoSuchKey' || code === 'NotFound') {
    return new ModelError('not-found', `${object} does not exist`, { cause: error });
  }
  if (status < 300) {
    return as(
      'store-refused',
      'the response is not that of an S3 server: check AWS_ENDPOINT_URL_S3',
    );
  }
  // What the SDK calls a response without an error in XML.
  const isNoS3 = message === 'UnknownError' || /deserializ/i.test(message);
  const reason = isNoS3
    ? `expected a response of S3, found status ${status} without its error`
    : `${code}: ${message} (status ${status})`;
  return as(kindOf(code, status), reason);
}

function kindOf(code: string, status: number): ModelError['code'] {
  if (TRANSIENT_ERRORS.has(code) || isTransientStatus(status)) {
    return 'store-unavailable';
  }
  return CREDENTIAL_ERRORS.has(code) || status === 401 || status === 403
    ? 'access-denied'
    : 'store-refused';
}
