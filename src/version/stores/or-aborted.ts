/**
 * The promise, or a rejection with the signal's reason as soon as it is aborted. `fetch` holds its signal
 * weakly: once its request has been collected as garbage, an abort no longer reaches the body
 * (nodejs/node#55428).
 */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) {
      // What comes of it is not needed any more.
      promise.catch(() => undefined);
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
