/** Words repeat, so the tokens of each are computed once. */
import { LRUCache } from 'lru-cache';

/** @returns the ids of the tokens of one word, each of them in the vocabulary. */
export type TokenizeWord = (word: string) => readonly number[];

const MAX_WORDS = 10_000;
/** UTF-16 code units. Longer words hardly repeat, and a client could fill the memory with them. */
const MAX_LENGTH = 32;

export function memoizeWords(tokenizeWord: TokenizeWord): TokenizeWord {
  const memoized = new LRUCache<string, readonly number[]>({ max: MAX_WORDS });
  return (word) => {
    const known = memoized.get(word);
    if (known) {
      return known;
    }
    const ids = tokenizeWord(word);
    if (word.length <= MAX_LENGTH) {
      memoized.set(word, ids);
    }
    return ids;
  };
}
