/** The outcome of a change, from process to process. */
import { ChangeError, toChangeError } from '../serving/errors.ts';
import type { ChangeOutcome } from '../serving/model-change.ts';
import type { ChangeResult } from './messages.ts';

export async function toResult(run: () => Promise<ChangeOutcome>): Promise<ChangeResult> {
  try {
    return { status: 'done', outcome: await run() };
  } catch (cause) {
    const error = toChangeError(cause);
    return {
      status: 'failed',
      code: error instanceof ChangeError ? error.code : undefined,
      message: error instanceof Error ? error.message : String(error),
    };
  }
}

/** @throws ChangeError, or an error without a code where the cause was not known. */
export function outcomeOf(result: ChangeResult | undefined): ChangeOutcome {
  if (result === undefined) {
    throw new ChangeError('process-failed', 'A process ended, or did not answer in time');
  }
  if (result.status === 'failed') {
    throw result.code === undefined
      ? new Error(result.message)
      : new ChangeError(result.code, result.message);
  }
  return result.outcome;
}
