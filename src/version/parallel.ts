/**
 * Does work for each item, a limited number at a time.
 *
 * @param work gets a signal that is aborted when the work for another item has failed.
 * @throws the first error, once all work that was started has ended: the caller can then remove the
 * files that it was writing to.
 */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const failed = new AbortController();
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      if (failed.signal.aborted) {
        return;
      }
      await work(next.value, failed.signal).catch((error: unknown) => failed.abort(error));
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  failed.signal.throwIfAborted();
}
