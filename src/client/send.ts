/** `fetch` with a deadline, and with further attempts where they can count nothing twice. */
import { ConnectionError, DeadlineError, type ProblemType } from './errors.ts';
import { isNeverSent, mayRepeatAnswered, waitBefore } from './retry.ts';

export interface SendOptions {
  /** Of a call with all of its attempts. */
  readonly timeoutMs: number;
  readonly maxAttempts: number;
  readonly fetch: typeof fetch;
}

/** 24.8 days: what a timer of JavaScript can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A sent request must be answered by then, with its body. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Milliseconds that are left. */
  readonly left: () => number;
  /** What the call fails with where `signal` has aborted, instead of `error`. */
  readonly explain: (error: unknown) => unknown;
}

/** @param caller aborts the call before. */
export function startDeadline(timeoutMs: number, caller: AbortSignal | undefined): Deadline {
  // Timers take whole milliseconds; NaN is no time.
  const timeout = AbortSignal.timeout(
    Math.ceil(Math.min(Math.max(timeoutMs, 0), MAX_TIMER_MS)) || 0,
  );
  const startedAt = performance.now();
  return {
    signal: caller ? AbortSignal.any([caller, timeout]) : timeout,
    left: () => timeoutMs - (performance.now() - startedAt),
    explain: (error) => {
      if (caller?.aborted) {
        return caller.reason;
      }
      return timeout.aborted ? new DeadlineError(timeoutMs, { cause: error }) : error;
    },
  };
}

/**
 * @returns the last answer, whatever its status.
 * @throws ConnectionError, DeadlineError, or the reason of the caller's signal.
 */
export async function send(
  request: Request,
  deadline: Deadline,
  { maxAttempts, fetch: fetchOnce }: SendOptions,
): Promise<Response> {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  const clock = { random: Math.random, nowMs: Date.now };
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt >= maxAttempts;
    let retryAfter: string | null = null;
    try {
      // The body of a request is read once.
      const copy = isLast ? request : request.clone();
      // Another address would receive the texts a second time, and its errors would hide that this one had them.
      const response = await fetchOnce(copy, { signal: deadline.signal, redirect: 'manual' });
      if (isLast || response.ok) {
        return response;
      }
      retryAfter = response.headers.get('retry-after');
      const problem = await readProblemType(response);
      const waitMs = waitBefore(attempt, retryAfter, clock);
      if (
        !mayRepeatAnswered({ status: response.status, problem }, isRead) ||
        waitMs >= deadline.left()
      ) {
        return response;
      }
      await response.body?.cancel();
      await sleep(waitMs, deadline.signal);
    } catch (error) {
      if (deadline.signal.aborted) {
        throw deadline.explain(error);
      }
      const isSent = !isNeverSent(error);
      const waitMs = waitBefore(attempt, retryAfter, clock);
      if (isLast || (isSent && !isRead) || waitMs >= deadline.left()) {
        throw new ConnectionError(isSent, { cause: error });
      }
      await sleep(waitMs, deadline.signal).catch((reason) => {
        throw deadline.explain(reason);
      });
    }
  }
}

/** Leaves the body to be read again. */
async function readProblemType(response: Response): Promise<ProblemType | undefined> {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) {
    return undefined;
  }
  const text = await response.clone().text();
  try {
    return (JSON.parse(text) as { readonly type?: ProblemType } | null)?.type;
  } catch {
    return undefined;
  }
}

/** Rejects with the reason of the signal as soon as it aborts. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    if (signal.aborted) {
      onAbort();
    } else {
      signal.addEventListener('abort', onAbort, { once: true });
    }
  });
}
