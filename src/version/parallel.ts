/**
 * Does work for each item, a few at a time.
 *
 * @param work gets a signal that is aborted when the work for another item has failed.
 * @throws the first error, once no work is going on any more.
 */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const failed = new AbortController();
  const lane = async (): Promise<void> => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      if (failed.signal.aborted) {
        return;
      }
      await work(next.value, failed.signal).catch((error: unknown) => failed.abort(error));
    }
  };
  await Promise.all(Array.from({ length: limit }, lane));
  failed.signal.throwIfAborted();
}
