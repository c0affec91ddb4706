/** WordPiece: the longest token that a word begins with, then the longest that continues it. */
import type { TokenizeWord } from './memoize-words.ts';

export interface WordPieceOptions {
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly unknownId: number;
  /** `##` */
  readonly continuingPrefix: string;
  /** A longer word, in characters, is unknown. */
  readonly maxCharacters: number;
}

export function createWordPiece(options: WordPieceOptions): TokenizeWord {
  const { vocabulary, unknownId, continuingPrefix, maxCharacters } = options;
  let longest = 0;
  for (const token of vocabulary.keys()) {
    longest = Math.max(longest, token.length);
  }
  return (word) => {
    const ids: number[] = [];
    if (word.length > maxCharacters && Array.from(word).length > maxCharacters) {
      return [unknownId];
    }
    for (let start = 0; start < word.length; ) {
      const prefix = start === 0 ? '' : continuingPrefix;
      // No token is longer, so no longer part of the word needs a look-up.
      let end = Math.min(word.length, start + longest);
      let id: number | undefined;
      while (end > start && id === undefined) {
        id = vocabulary.get(prefix + word.slice(start, end));
        end -= id === undefined ? 1 : 0;
      }
      if (id === undefined) {
        return [unknownId];
      }
      ids.push(id);
      start = end;
    }
    return ids;
  };
}
