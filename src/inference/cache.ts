/** The prediction cache: classifications of earlier texts, the least recently used dropped first. */
import { LRUCache } from 'lru-cache';
import type { Classification } from './classification.ts';

/**
 * Estimated size of an entry without its text: the classification and its place in the list. From the
 * heap size of a full cache: docs/decisions/0009-batching-and-sessions.md.
 */
const ENTRY_BYTES = 400;

export interface Cache {
  get(text: string): Classification | undefined;
  set(text: string, classification: Classification): void;
}

/**
 * Creates the cache of one version; each version has its own.
 *
 * @param maxBytes maximum size of texts and classifications together; 0 disables the cache.
 */
export function createCache(maxBytes: number): Cache {
  if (maxBytes === 0) {
    return { get: () => undefined, set: () => undefined };
  }
  return new LRUCache<string, Classification>({
    maxSize: maxBytes,
    // V8 stores a UTF-16 code unit in two bytes or fewer.
    sizeCalculation: (_classification, text) => ENTRY_BYTES + 2 * text.length,
  });
}
