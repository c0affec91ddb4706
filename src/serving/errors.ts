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
