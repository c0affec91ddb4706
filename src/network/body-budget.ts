/** The memory of request bodies that have not arrived completely, for all connections together. */

/** Of each body, so that small requests are accepted however many large ones are on their way. */
const FREE_BYTES = 16 * 1024;

/** A body in smaller parts costs more to read than it may: so many are accepted, and then this size of each. */
const MAX_SMALL_PARTS = 4096;
export const MIN_PART_BYTES = 64;

/** @param bytes of all parts that have arrived. */
export function hasTooSmallParts(parts: number, bytes: number): boolean {
  return parts > MAX_SMALL_PARTS && bytes < parts * MIN_PART_BYTES;
}

export interface BodyBudget {
  /** Accounts for one body. */
  open(): BodyAccount;
}

export interface BodyAccount {
  /** @param bytes that have arrived so far. @returns false where there is no room for them. */
  grow(bytes: number): boolean;
  close(): void;
}

/** @param maxBytes of all bodies together, apart from the first 16 KiB of each. */
export function createBodyBudget(maxBytes: number): BodyBudget {
  let usedBytes = 0;
  return {
    open: () => {
      let own = 0;
      return {
        grow: (bytes) => {
          const charged = Math.max(0, bytes - FREE_BYTES);
          if (charged > own && usedBytes + charged - own > maxBytes) {
            return false;
          }
          usedBytes += charged - own;
          own = charged;
          return true;
        },
        close: () => {
          usedBytes -= own;
          own = 0;
        },
      };
    },
  };
}
