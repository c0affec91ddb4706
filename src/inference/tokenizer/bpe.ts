/** Byte-pair encoding: the characters of a word, of which neighbours are merged, the best pair first. */

import { byteIds } from './byte-level.ts';
import type { TokenizeWord } from './memoize-words.ts';

export interface BpeOptions {
  readonly vocabulary: ReadonlyMap<string, number>;
  /** The best pair first. */
  readonly merges: readonly (readonly [left: string, right: string])[];
  /** Without it, unknown characters are left out. */
  readonly unknownId: number | undefined;
  /** Neighbouring unknown characters are one token. */
  readonly fusesUnknown: boolean;
  readonly hasByteFallback: boolean;
  /** A word that is a token is not divided. */
  readonly ignoresMerges: boolean;
  /** Before each character of a word but the first. */
  readonly continuingPrefix: string;
  /** After the last character of a word. */
  readonly endSuffix: string;
}

/** How pairs are merged. */
interface Merges {
  /** By pair; the lowest rank is merged first. */
  readonly ranks: ReadonlyMap<number, number>;
  /** The merged token, by rank. */
  readonly ids: readonly number[];
}

/** A pair of ids is one number, `left * ID_LIMIT + right`. */
const ID_LIMIT = 2 ** 26;

/** @throws RangeError naming a token of a merge that the vocabulary lacks. */
export function createBpe(options: BpeOptions): TokenizeWord {
  const { vocabulary, ignoresMerges } = options;
  const merges = indexMerges(options);
  return (word) => {
    const whole = ignoresMerges ? vocabulary.get(word) : undefined;
    return whole === undefined ? mergeAll(toSymbols(word, options), merges) : [whole];
  };
}

function indexMerges({ vocabulary, merges, continuingPrefix }: BpeOptions): Merges {
  const idOf = (token: string): number => {
    const id = vocabulary.get(token);
    if (id === undefined || id >= ID_LIMIT) {
      throw new RangeError(token);
    }
    return id;
  };
  return {
    ranks: new Map(
      merges.map(([left, right], rank) => [idOf(left) * ID_LIMIT + idOf(right), rank]),
    ),
    ids: merges.map(([left, right]) => idOf(left + right.slice(continuingPrefix.length))),
  };
}

/** The tokens of the single characters of a word. */
function toSymbols(word: string, options: BpeOptions): number[] {
  const { vocabulary, unknownId, fusesUnknown, hasByteFallback } = options;
  const { continuingPrefix, endSuffix } = options;
  const symbols: number[] = [];
  // Added before the next known character: as the library has it, after the bytes of others.
  let isUnknownPending = false;
  const characters = Array.from(word);
  characters.forEach((character, at) => {
    const isLast = at === characters.length - 1;
    const symbol = (at > 0 ? continuingPrefix : '') + character + (isLast ? endSuffix : '');
    const id = vocabulary.get(symbol);
    const bytes = id === undefined && hasByteFallback ? byteIds(symbol, vocabulary) : undefined;
    if (bytes) {
      symbols.push(...bytes);
    } else if (unknownId !== undefined && isUnknownPending && !(id === undefined && fusesUnknown)) {
      symbols.push(unknownId);
      isUnknownPending = false;
    }
    if (id !== undefined) {
      symbols.push(id);
    } else if (!bytes) {
      isUnknownPending = true;
    }
  });
  if (unknownId !== undefined && isUnknownPending) {
    symbols.push(unknownId);
  }
  return symbols;
}

/** Merges the pair of the lowest rank, the leftmost first, until no pair is left that can be merged. */
function mergeAll(symbols: number[], { ranks, ids }: Merges): number[] {
  const count = symbols.length;
  const next = Int32Array.from(symbols, (_, at) => at + 1);
  const previous = Int32Array.from(symbols, (_, at) => at - 1);
  const isRemoved = new Uint8Array(count);
  const queue = createQueue();
  const rankAt = (left: number): number | undefined => {
    const right = next[left] as number;
    return right < count
      ? ranks.get((symbols[left] as number) * ID_LIMIT + (symbols[right] as number))
      : undefined;
  };
  const enqueue = (left: number): void => {
    const rank = left >= 0 ? rankAt(left) : undefined;
    if (rank !== undefined) {
      queue.push(rank * count + left);
    }
  };
  for (let at = 0; at < count; at++) {
    enqueue(at);
  }
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    const at = key % count;
    const id = ids[Math.floor(key / count)] as number;
    const rank = isRemoved[at] ? undefined : rankAt(at);
    // Otherwise, one of the two has been merged with another.
    if (rank !== undefined && ids[rank] === id) {
      const right = next[at] as number;
      symbols[at] = id;
      isRemoved[right] = 1;
      next[at] = next[right] as number;
      if ((next[at] as number) < count) {
        previous[next[at] as number] = at;
      }
      enqueue(previous[at] as number);
      enqueue(at);
    }
  }
  return symbols.filter((_, at) => !isRemoved[at]);
}

/** A binary heap: `pop` returns the smallest number. */
function createQueue(): { push(key: number): void; pop(): number | undefined } {
  const heap: number[] = [];
  const at = (index: number): number => heap[index] ?? Number.POSITIVE_INFINITY;
  const push = (key: number): void => {
    let index = heap.push(key) - 1;
    for (let parent = (index - 1) >> 1; index > 0 && at(parent) > key; parent = (index - 1) >> 1) {
      heap[index] = at(parent);
      index = parent;
    }
    heap[index] = key;
  };
  const pop = (): number | undefined => {
    const top = heap[0];
    const key = heap.pop();
    if (key === undefined || heap.length === 0) {
      return top;
    }
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const child = at(left + 1) < at(left) ? left + 1 : left;
      if (at(child) >= key) {
        break;
      }
      heap[index] = at(child);
      index = child;
    }
    heap[index] = key;
    return top;
  };
  return { push, pop };
}
