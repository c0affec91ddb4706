/** Unigram (SentencePiece): of all divisions of a word into tokens, the one with the highest total score. */
import { byteIds } from './byte-level.ts';
import type { TokenizeWord } from './memoize-words.ts';
import { createPrefixSearch } from './prefix-search.ts';

/** How much lower than the lowest score that of an unknown character is. */
const UNKNOWN_PENALTY = 10;

export interface UnigramOptions {
  /** In the order of their ids. */
  readonly tokens: readonly (readonly [token: string, score: number])[];
  readonly unknownId: number;
  /** Unknown characters become the tokens of their bytes, `<0x00>` to `<0xFF>`. */
  readonly hasByteFallback: boolean;
}

/** For each position of a word: where the last token of the best path to it starts, and its id. */
interface BestPaths {
  readonly starts: Int32Array;
  readonly ids: Int32Array;
}

export function createUnigram(options: UnigramOptions): TokenizeWord {
  const { tokens, unknownId, hasByteFallback } = options;
  const vocabulary = new Map(tokens.map(([token], id) => [token, id]));
  const findPaths = createPathFinder(options, vocabulary);
  const idsOfUnknown = (text: string): readonly number[] => {
    const id = vocabulary.get(text);
    const bytes = id === undefined && hasByteFallback ? byteIds(text, vocabulary) : undefined;
    return bytes ?? [id ?? unknownId];
  };
  return (word) => {
    const { starts, ids } = findPaths(word);
    const reversed: number[] = [];
    for (let end = word.length; end > 0; ) {
      let start = starts[end] as number;
      if (ids[end] !== unknownId) {
        reversed.push(ids[end] as number);
      } else {
        // Neighbouring unknown tokens are one.
        while (start > 0 && ids[start] === unknownId) {
          start = starts[start] as number;
        }
        reversed.push(...idsOfUnknown(word.slice(start, end)).toReversed());
      }
      end = start;
    }
    return reversed.reverse();
  };
}

/** The additions and comparisons are those of the library, in its order: rounding decides between paths. */
function createPathFinder(
  { tokens, unknownId }: UnigramOptions,
  vocabulary: ReadonlyMap<string, number>,
): (word: string) => BestPaths {
  const scores = Float64Array.from(tokens, ([, score]) => score);
  const unknownScore = scores.reduce((a, b) => Math.min(a, b)) - UNKNOWN_PENALTY;
  const visitPrefixes = createPrefixSearch(vocabulary);
  return (word) => {
    const totals = new Float64Array(word.length + 1);
    const starts = new Int32Array(word.length + 1).fill(-1);
    const ids = new Int32Array(word.length + 1);
    const extend = (start: number, end: number, id: number, score: number): void => {
      const total = score + (totals[start] as number);
      if (starts[end] === -1 || total > (totals[end] as number)) {
        totals[end] = total;
        starts[end] = start;
        ids[end] = id;
      }
    };
    for (let start = 0; start < word.length; ) {
      const next = start + ((word.codePointAt(start) as number) > 0xffff ? 2 : 1);
      let isKnown = false;
      visitPrefixes(word, start, (end, id) => {
        extend(start, end, id, scores[id] as number);
        isKnown ||= end === next;
      });
      if (!isKnown) {
        extend(start, next, unknownId, unknownScore);
      }
      start = next;
    }
    return { starts, ids };
  };
}
