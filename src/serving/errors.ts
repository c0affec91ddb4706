import { KnownError } from '../errors.ts';

export type ServingErrorCode =
  /** No version has been loaded yet. */
  | 'not-ready'
  /** The server is stopping and accepts nothing new. */
  | 'draining'
  /** The request's time was over before its predictions were made. */
  | 'deadline-exceeded'
  /** The client closed its connection before it was answered. */
  | 'client-gone';

/** Why a request for predictions was not answered, apart from the classifier's own reasons. */
export class ServingError extends KnownError<ServingErrorCode> {
  override readonly name = 'ServingError';
}

export type ChangeErrorCode =
  /** Another change is being made. */
  | 'change-in-progress'
  /** The commit is no full SHA. */
  | 'invalid-commit'
  /** The store has no such version. */
  | 'unknown-version'
  /** Its bytes are not those of the commit, it was not trained from its ingredients, or it can't be run. */
  | 'version-refused'
  /** The store can't be reached, or refuses. */
  | 'store-failed'
  /** There is no room for another model. */
  | 'insufficient-memory'
  /** It can't be compared with what serves. */
  | 'not-comparable'
  /** No candidate is loaded. */
  | 'no-candidate'
  /** No version served before. */
  | 'no-previous'
  /** Nothing serves yet. */
  | 'not-ready'
  /** The server is stopping. */
  | 'draining'
  /** It is not known whether the change was made: another process did not answer. */
  | 'process-failed';

/** Why the model of a running server was not changed. What served goes on to serve. */
export class ChangeError extends KnownError<ChangeErrorCode> {
  override readonly name = 'ChangeError';
}

const LOAD_ERRORS: Readonly<Record<string, ChangeErrorCode>> = {
  'bad-reference': 'invalid-commit',
  'not-found': 'unknown-version',
  'not-proven': 'version-refused',
  unfit: 'version-refused',
  'bad-model': 'version-refused',
  'access-denied': 'store-failed',
  'store-refused': 'store-failed',
  'store-unavailable': 'store-failed',
};

/** A load's error as the reason why a change was not made; any other error is returned as it is. */
export function toChangeError(error: unknown): unknown {
  const code = error instanceof KnownError ? LOAD_ERRORS[error.code] : undefined;
  return code === undefined
    ? error
    : new ChangeError(code, (error as KnownError).message, { cause: error });
}
