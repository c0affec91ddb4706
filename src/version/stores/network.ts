/** Failures of a network or a server after which a later request may succeed. */

import { proxyStatus } from '../../errors.ts';
import { ModelError } from '../errors.ts';

/** Codes of the system, of Node's http, and of undici, which implements `fetch`. */
const TRANSIENT_CODES = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'ESOCKETTIMEDOUT'],
  ...['EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['ERR_STREAM_PREMATURE_CLOSE', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT'],
  ...['UND_ERR_BODY_TIMEOUT', 'UND_ERR_SOCKET', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'],
]);

/** Not Implemented, HTTP Version Not Supported: errors of the server that stay. */
const PERMANENT_SERVER_ERRORS = new Set([501, 505]);

/** Request Timeout, Too Early, Too Many Requests, and the errors of the server that may pass. */
export function isTransientStatus(status: number): boolean {
  return status >= 500
    ? !PERMANENT_SERVER_ERRORS.has(status)
    : status === 408 || status === 425 || status === 429;
}

/** The code of the network failure that caused an error; undefined where none did. */
export function networkCode(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code, name } = cause as NodeJS.ErrnoException;
    if (code !== undefined && TRANSIENT_CODES.has(code)) {
      return code;
    }
    // The AWS SDK's error for a connection on which no data arrive.
    if (name === 'TimeoutError') {
      return 'ETIMEDOUT';
    }
  }
  return undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'breaks connections',
  ENOTFOUND: 'has a name that can’t be resolved',
  EAI_AGAIN: 'has a name that can’t be resolved at the moment',
  EHOSTUNREACH: 'can’t be reached',
  ENETUNREACH: 'can’t be reached',
  ETIMEDOUT: 'does not answer',
};

/**
 * What a store does that is `store-unavailable`, as the end of a sentence, such as `refuses connections`. Without
 * its address.
 */
export function describeUnavailable(error: ModelError): string {
  const { status } = error.data;
  if (status !== undefined) {
    return `answers with status ${status}`;
  }
  const code = networkCode(error);
  return code === undefined ? 'can’t be read' : (REASONS[code] ?? `can’t be reached (${code})`);
}

/** Why a request got no response, as a ModelError: permanent where only the server can change it, such as its certificate. */
export function toConnectionError(error: unknown, address: string): ModelError {
  const status = proxyStatus(error);
  if (status !== undefined) {
    const kind = status === 407 || status === 403 ? 'access-denied' : 'store-refused';
    return new ModelError(
      isTransientStatus(status) ? 'store-unavailable' : kind,
      `${address} can't be reached: the proxy answers with status ${status}`,
      { cause: error },
    );
  }
  const code = networkCode(error);
  if (code !== undefined) {
    return new ModelError('store-unavailable', `${address} can't be reached: ${code}`, {
      cause: error,
    });
  }
  const { message } = ((error as Error).cause ?? error) as Error;
  return new ModelError('store-refused', `${address} can't be read: ${message}`, { cause: error });
}
