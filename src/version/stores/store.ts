/** Stores of versions. All have the same layout: `<store>/<model>/<sha>/<path>`. */
import { ModelError } from '../errors.ts';

export interface Store {
  /** As in the setting, for messages. */
  readonly location: string;
  /**
   * Reads a whole file. No memory is allocated for a file that is larger than `maxBytes`.
   *
   * @param key path below the store, with `/`.
   * @throws ModelError `not-found`, `not-proven` (too large, not a regular file, behind a link),
   * `access-denied`, `store-refused` or `store-unavailable`.
   */
  read(key: string, maxBytes: number): Promise<Buffer>;
  /**
   * Paths of all files below a folder of the store, relative to it. Only where listing is fast and
   * complete: in a store without it, an additional file in a version is not noticed.
   */
  list?(folder: string): Promise<string[]>;
}

/** A store that versions can be published to. */
export interface WritableStore extends Store {
  list(folder: string): Promise<string[]>;
  /**
   * Creates a file; no reader ever finds an incomplete one.
   *
   * @returns `exists` where there is a file of that name already, which is not changed.
   */
  create(key: string, bytes: Buffer): Promise<'created' | 'exists'>;
  /**
   * Replaces a file where it has the expected content, or creates it where it is expected not to be there.
   *
   * @param expected undefined where there is no file.
   * @returns `changed` where it has other content, and is left as it is.
   */
  replace(
    key: string,
    bytes: Buffer,
    expected: Buffer | undefined,
  ): Promise<'replaced' | 'changed'>;
  /** Removes a file, if it is there. */
  remove(key: string): Promise<void>;
}

/** A file of a store on this machine, for reading parts of it. */
export interface OpenedFile {
  /** Fewer bytes than `length` where the file ends before. */
  read(start: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** A store on this machine. */
export interface LocalStore extends WritableStore {
  /** @throws ModelError as `read` does. */
  open(key: string): Promise<OpenedFile>;
}

/** `resumed`: over more than one connection. */
export type Transfer = 'whole' | 'resumed';

/** A store that is read over the network, which can be slow, interrupted or unavailable. */
export interface RemoteStore extends Store {
  /**
   * Downloads a file of a known size. After an interruption, the next connection continues behind the
   * last byte.
   *
   * @param size in bytes; a file of another size is refused before its first byte.
   * @param sink called with each chunk, in order.
   * @throws as `read` does, and what `sink` throws.
   */
  download(
    key: string,
    size: number,
    sink: (chunk: Uint8Array) => Promise<void>,
  ): Promise<Transfer>;
}

export function isWritable(store: Store): store is WritableStore {
  return 'create' in store;
}

/**
 * @param advice what to do instead.
 * @throws ModelError `bad-reference` where the store can only be read from.
 */
export function requireWritable(store: Store, advice: string): WritableStore {
  if (!isWritable(store)) {
    throw new ModelError('bad-reference', `${store.location} can only be read from: ${advice}`);
  }
  return store;
}

export function isRemote(store: Store): store is RemoteStore {
  return 'download' in store;
}
