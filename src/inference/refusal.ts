/** The error of a request that the queue does not admit. */
import type { ErrorData } from '../errors.ts';
import type { Verdict } from './admission.ts';
import { ClassifierError } from './errors.ts';

/** @param queue numbers of texts. */
export function refusal(
  verdict: Exclude<Verdict, { readonly type: 'admitted' }>,
  { capacity, queued }: { readonly capacity: number; readonly queued: number },
): ClassifierError {
  const data = { retryAfterSeconds: Math.max(1, Math.ceil(verdict.retryAfterMs / 1_000)) };
  if (verdict.type === 'queue-full') {
    const room = Math.max(0, Math.floor(capacity - queued));
    return createError('queue-full', `the queue has room for ${room} texts of ${capacity}`, data);
  }
  const wait = (verdict.waitMs / 1_000).toFixed(1);
  const maxWait = (verdict.maxWaitMs / 1_000).toFixed(1);
  const message = `the texts would wait for ${wait} s, more than ${maxWait} s`;
  return createError('would-wait-too-long', message, data);
}

/** Without a stack, which nobody is shown, and which takes half of the time of a refusal. */
function createError(
  code: 'queue-full' | 'would-wait-too-long',
  message: string,
  data: ErrorData,
): ClassifierError {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return new ClassifierError(code, message, { data });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
