/**
 * Calls that come while one has not ended get the result of the next one, which they share: what they get
 * was computed after they came, and however many come, one is computed at a time.
 */
export function shareWhileRunning<T>(compute: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> | undefined;
  let next: Promise<T> | undefined;
  const start = (): Promise<T> => {
    const result = compute();
    running = result
      .catch(() => undefined)
      .then(() => {
        running = undefined;
      });
    return result;
  };
  return () => {
    if (!running) {
      return start();
    }
    next ??= running.then(() => {
      next = undefined;
      return start();
    });
    return next;
  };
}
