/** Where versions lie. Every store has the same layout: `<store>/<model>/<sha>/<path>`. */

export interface Store {
  /** As the setting names it, for messages. */
  readonly location: string;
  /**
   * Reads one file whole. Nothing is allocated for a file that is larger than `maxBytes`.
   *
   * @param key path below the store, with `/`.
   * @throws ModelError `not-found`, `not-proven` (too large, no regular file, behind a link),
   * `access-denied`, `store-refused` or `store-unavailable`.
   */
  read(key: string, maxBytes: number): Promise<Buffer>;
  /**
   * Paths of all files below a folder of the store, relative to it. Only where listing is cheap
   * and whole: a store without it can't tell that there is a file too many.
   */
  list?(folder: string): Promise<string[]>;
}

/** A store that versions can be published to. */
export interface WritableStore extends Store {
  list(folder: string): Promise<string[]>;
  /**
   * Creates a file, whole or not at all.
   *
   * @returns `exists` where there is one of that name already, which stays as it is.
   */
  create(key: string, bytes: Buffer): Promise<'created' | 'exists'>;
}

/** A store at the other end of a network, which can be slow, break off, or be away for a while. */
export interface RemoteStore extends Store {
  /**
   * Hands over a file of a known size piece by piece. Where a connection breaks, the next one goes
   * on behind the last byte.
   *
   * @param size in bytes; a file of any other size is refused before its first byte.
   * @returns `resumed` where the pieces came over more than one connection.
   * @throws as `read` does, and what `sink` throws.
   */
  download(
    key: string,
    size: number,
    sink: (chunk: Uint8Array) => Promise<void>,
  ): Promise<'whole' | 'resumed'>;
}

export function isWritable(store: Store): store is WritableStore {
  return 'create' in store;
}

export function isRemote(store: Store): store is RemoteStore {
  return 'download' in store;
}
