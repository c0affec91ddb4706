import { KnownError, mismatch } from '../errors.ts';

/** Why a version of a model can't be read, proven, written or used. */
export type ModelErrorCode =
  /** A commit, a model or a store is named by something that can't be its name. */
  | 'bad-reference'
  /** The store has no such version or file. */
  | 'not-found'
  /** The bytes in the store are not those of the commit. */
  | 'not-proven'
  /** A file that is to be published exists already, with other bytes. */
  | 'conflict'
  /** The store requires credentials, or other ones. */
  | 'access-denied'
  /** The store responded with an error that a later request would get as well. */
  | 'store-refused'
  /** The store can't be reached or read at the moment; a later request may succeed. */
  | 'store-unavailable'
  /** git, or another program that a command runs, failed. */
  | 'tool-failed'
  /** git is not installed. */
  | 'tool-missing'
  /** The version can't be used for its purpose: a file is missing or wrong. */
  | 'unfit';

/** An error about a store or a version; its message names what was expected and what was found. */
export class ModelError extends KnownError<ModelErrorCode> {
  override readonly name = 'ModelError';
}

/** `not-proven`: a property of a file is not the one that the SHA proves. */
export function notProven(
  path: string,
  property: string,
  expected: string | number,
  found: string | number,
): ModelError {
  return new ModelError('not-proven', mismatch(`${path}: ${property}`, expected, found), {
    data: { path, property, expected, found },
  });
}

/** @param code of a ModelError. */
export function hasCode(error: unknown, code: ModelErrorCode): error is ModelError {
  return error instanceof ModelError && error.code === code;
}

/** The message of a ModelError; any other error is thrown on. */
export function messageOf(error: unknown): string {
  if (error instanceof ModelError) {
    return error.message;
  }
  throw error;
}
