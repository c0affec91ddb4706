/** One check of the gate: what was looked at, and what was found. */
import { KnownError } from '../../errors.ts';

export interface Check {
  readonly name: string;
  /** `info` is reported and decides nothing. */
  readonly result: 'passed' | 'failed' | 'info';
  /** What was found, and what is allowed, in words. */
  readonly detail: string;
  /** What to do about a failed check. */
  readonly advice?: string;
}

/** A check that passes or fails. @param advice what to do where it fails. */
export function check(name: string, hasPassed: boolean, detail: string, advice: string): Check {
  return hasPassed
    ? { name, result: 'passed', detail }
    : { name, result: 'failed', detail, advice };
}

export interface Attempt<T> {
  readonly check: Check;
  /** Absent where the check failed. */
  readonly value?: T;
}

/**
 * A check that fails where `run` throws a KnownError, whose message is then the detail. Any other error
 * is a defect, and thrown on.
 *
 * @param describe makes the detail of the passed check.
 * @param advice what to do where it fails.
 */
export async function attempt<T>(
  name: string,
  run: () => Promise<T> | T,
  describe: (value: T) => string,
  advice: string,
): Promise<Attempt<T>> {
  try {
    const value = await run();
    return { check: check(name, true, describe(value), advice), value };
  } catch (error) {
    if (error instanceof KnownError) {
      return { check: check(name, false, error.message, advice) };
    }
    throw error;
  }
}
