/** Unigram (SentencePiece): of all divisions of a word into tokens, the one with the highest total score. */
import { byteIds } from './byte-level.ts';
import type { TokenizeWord } from './model.ts';

/** How much lower than the lowest score that of an unknown character is. */
const UNKNOWN_PENALTY = 10;

export interface UnigramOptions {
  /** In the order of their ids. */
  readonly tokens: readonly (readonly [token: string, score: number])[];
  readonly unknownId: number;
  /** Unknown characters become the tokens of their bytes, `<0x00>` to `<0xFF>`. */
  readonly hasByteFallback: boolean;
}

export function createUnigram({
  tokens,
  unknownId,
  hasByteFallback,
}: UnigramOptions): TokenizeWord {
  const ids = new Map(tokens.map(([token], id) => [token, id]));
  const scores = Float64Array.from(tokens, ([, score]) => score);
  const unknownScore = scores.reduce((a, b) => Math.min(a, b)) - UNKNOWN_PENALTY;
  const visitPrefixes = createPrefixSearch(ids);

  /** @returns for each end of a token on the best path, where it starts and which one it is. */
  const findPath = (word: string): { starts: Int32Array; best: Int32Array } => {
    const totals = new Float64Array(word.length + 1);
    const starts = new Int32Array(word.length + 1).fill(-1);
    const best = new Int32Array(word.length + 1);
    const extend = (start: number, end: number, id: number, score: number): void => {
      const total = score + (totals[start] as number);
      if (starts[end] === -1 || total > (totals[end] as number)) {
        totals[end] = total;
        starts[end] = start;
        best[end] = id;
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
    return { starts, best };
  };

  const idsOfUnknown = (text: string): readonly number[] => {
    const id = ids.get(text);
    const bytes = id === undefined && hasByteFallback ? byteIds(text, ids) : undefined;
    return bytes ?? [id ?? unknownId];
  };

  return (word) => {
    const { starts, best } = findPath(word);
    const reversed: number[] = [];
    for (let end = word.length; end > 0; ) {
      let start = starts[end] as number;
      if (best[end] !== unknownId) {
        reversed.push(best[end] as number);
      } else {
        // Neighbouring unknown tokens are one.
        while (start > 0 && best[start] === unknownId) {
          start = starts[start] as number;
        }
        reversed.push(...idsOfUnknown(word.slice(start, end)).toReversed());
      }
      end = start;
    }
    return reversed.reverse();
  };
}

type VisitPrefixes = (
  text: string,
  start: number,
  visit: (end: number, id: number) => void,
) => void;

/**
 * Finds all tokens that a text has at a position, the shortest first. Tokens are sorted, so those that
 * begin with the same characters are neighbours: with each character of the text, their range becomes
 * narrower. A trie of a large vocabulary would take several times its memory.
 */
function createPrefixSearch(ids: ReadonlyMap<string, number>): VisitPrefixes {
  const sorted = [...ids.keys()].filter((token) => token !== '').sort();
  const sortedIds = Int32Array.from(sorted, (token) => ids.get(token) as number);
  const byFirst = new Map<number, [low: number, high: number]>();
  sorted.forEach((token, at) => {
    const first = token.charCodeAt(0);
    const range = byFirst.get(first) ?? [at, at];
    byFirst.set(first, [range[0], at + 1]);
  });
  /** The first index from `low` on whose token has at least `code` at `depth`. */
  const lowerBound = (low: number, high: number, depth: number, code: number): number => {
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] as string).charCodeAt(depth) < code) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };
  return (text, start, visit) => {
    let [low, high] = byFirst.get(text.charCodeAt(start)) ?? [0, 0];
    for (let depth = 1; low < high; depth++) {
      if ((sorted[low] as string).length === depth) {
        visit(start + depth, sortedIds[low] as number);
        low++;
      }
      if (start + depth >= text.length) {
        return;
      }
      const code = text.charCodeAt(start + depth);
      low = lowerBound(low, high, depth, code);
      high = lowerBound(low, high, depth, code + 1);
    }
  };
}
