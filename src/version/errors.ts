import { KnownError } from '../errors.ts';

/** Why a version of a model could not be had. */
export type ModelErrorCode =
  /** The name of a commit, model or store is not one. */
  | 'bad-reference'
  /** The store has no such version or file. */
  | 'not-found'
  /** What the store has is not what the SHA stands for. */
  | 'not-proven'
  /** What is to be published is there already, and is something else. */
  | 'conflict'
  /** The store asks for credentials, or for other ones. */
  | 'access-denied'
  /** The store answered, and would answer the same again. */
  | 'store-refused'
  /** The store could not be reached or read, which may pass. */
  | 'store-unavailable'
  /** git, or another tool that a command runs, refused. */
  | 'tool-failed'
  /** A version is not fit for what was asked: an ingredient is missing or not true. */
  | 'unfit';

/** An error about a store or a version; its message names what was expected and what was found. */
export class ModelError extends KnownError<ModelErrorCode> {
  override readonly name = 'ModelError';
}
