/** Finds the tokens that a text has at a position. */

export type VisitPrefixes = (
  text: string,
  start: number,
  visit: (end: number, id: number) => void,
) => void;

/**
 * Tokens are sorted, so those that begin with the same characters are neighbours: each character of the
 * text narrows their range. A trie of a large vocabulary would take several times its memory.
 *
 * @param ids by token.
 * @returns a function that visits all tokens that the text has at a position, the shortest first.
 */
export function createPrefixSearch(ids: ReadonlyMap<string, number>): VisitPrefixes {
  const sorted = [...ids.keys()].filter((token) => token !== '').sort();
  const sortedIds = Int32Array.from(sorted, (token) => ids.get(token) as number);
  const rangeByFirst = new Map<number, readonly [low: number, high: number]>();
  sorted.forEach((token, at) => {
    const first = token.charCodeAt(0);
    rangeByFirst.set(first, [rangeByFirst.get(first)?.[0] ?? at, at + 1]);
  });
  return (text, start, visit) => {
    let [low, high] = rangeByFirst.get(text.charCodeAt(start)) ?? [0, 0];
    for (let depth = 1; low < high; depth++) {
      if ((sorted[low] as string).length === depth) {
        visit(start + depth, sortedIds[low] as number);
        low++;
      }
      if (start + depth >= text.length) {
        return;
      }
      const code = text.charCodeAt(start + depth);
      low = lowerBound(sorted, { low, high, depth, code });
      high = lowerBound(sorted, { low, high, depth, code: code + 1 });
    }
  };
}

/** The first index of a range whose token has at least `code` at `depth`. */
function lowerBound(
  sorted: readonly string[],
  { low, high, depth, code }: { low: number; high: number; depth: number; code: number },
): number {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((sorted[middle] as string).charCodeAt(depth) < code) {
      from = middle + 1;
    } else {
      to = middle;
    }
  }
  return from;
}
