/**
 * Defers calls until the event loop has handled what it is at, such as writing the answers of a batch, and
 * makes them one after the other then. Metrics and log are other code on other data than answering: run
 * together, they stay in the CPU's cache (docs/decisions/0010-observing-after-responses.md).
 *
 * The calls come before anything that `setImmediate` is given later.
 *
 * @param onError called with what a call has thrown, and with its arguments; the others are made all the
 * same.
 */
export function deferUntilAfterResponse<Args extends readonly unknown[]>(
  call: (...args: Args) => void,
  onError: (error: unknown, ...args: Args) => void,
): (...args: Args) => void {
  let waiting: Args[] = [];
  const callAll = (): void => {
    const deferred = waiting;
    waiting = [];
    for (const args of deferred) {
      try {
        call(...args);
      } catch (error) {
        onError(error, ...args);
      }
    }
  };
  return (...args) => {
    if (waiting.push(args) === 1) {
      setImmediate(callAll);
    }
  };
}
