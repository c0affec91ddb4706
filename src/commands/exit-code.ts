/** What the exit code of a command says, the same in each: as that of `diff` and `grep`. */
import { KnownError } from '../errors.ts';
import type { ScoringErrorCode } from '../scoring/scoring-error.ts';
import type { ModelErrorCode } from '../version/errors.ts';

export const EXIT = {
  /** It did its work, and found nothing amiss. */
  ok: 0,
  /** It did its work, and the answer is negative: drift, a difference, a version that is refused. */
  negative: 1,
  /** It could not do its work: a wrong argument, a file or a server that can't be read, a defect. */
  failed: 2,
} as const;

/** Errors that are the answer of a command which judges a version, or rows. */
const VERDICTS: ReadonlySet<string> = new Set<ModelErrorCode | ScoringErrorCode>([
  ...(['not-proven', 'unfit', 'conflict'] as const),
  'bad-row',
]);

/** A version is refused: the answer of a command, not a failure of it. */
class RefusalError extends KnownError {
  override readonly name = 'RefusalError';
}

/** Makes the action of a command that judges a version. It throws RefusalError for an error that is its answer. */
export function judging<Args extends readonly unknown[]>(
  run: (...args: Args) => Promise<void>,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    try {
      await run(...args);
    } catch (error) {
      throw error instanceof KnownError && VERDICTS.has(error.code)
        ? new RefusalError(error.code, error.message, { cause: error })
        : error;
    }
  };
}

export function exitCodeOf(error: unknown): number {
  return error instanceof RefusalError ? EXIT.negative : EXIT.failed;
}
