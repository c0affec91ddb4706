import { KnownError } from '../errors.ts';

export type ScoringErrorCode =
  /** The input can't be read as what it is said to be. */
  | 'bad-input'
  /** The output can't be written where it is said to be. */
  | 'bad-output'
  /** The interrupted run was of another version, of other options or of another input. */
  | 'bad-resume'
  /** A text can't be classified, and `--strict` was given. */
  | 'bad-row'
  /** The reader of standard output has gone. */
  | 'reader-gone';

export class ScoringError extends KnownError<ScoringErrorCode> {
  override readonly name = 'ScoringError';
}
