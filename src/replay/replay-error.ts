import { KnownError } from '../errors.ts';

export type ReplayErrorCode =
  /** The server can't be reached, refuses, or serves another version. */
  | 'server-failed'
  /** The log has nothing that can be replayed. */
  | 'nothing-to-replay';

/** Why a log can't be replayed; the message is for the user of `replay`. */
export class ReplayError extends KnownError<ReplayErrorCode> {
  override readonly name = 'ReplayError';
}
