/**
 * The normalizer of SentencePiece, compiled into a map of characters: a length, a double-array trie of
 * UTF-8 bytes, and the replacements, each ended by a zero byte.
 */
import { unsupported } from './component.ts';

/** Longer clusters are replaced character by character. */
const MAX_CLUSTER_BYTES = 5;

/**
 * Grapheme clusters, of which only those matter that consist of a character and marks after it; a line
 * break is one cluster too.
 */
const CLUSTERS = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/**
 * Without these, each character is a cluster of its own: marks, characters that extend one before them or are
 * joined to it (UAX #29: Extend, SpacingMark), and signs that precede a number.
 */
const HAS_CLUSTERS =
  /\r\n|[\p{M}\p{Grapheme_Extend}\p{Emoji_Modifier}\u0e33\u0eb3\u200d]|[\u0600-\u0605\u06dd\u070f]/u;

/**
 * @param base64 of the map.
 * @throws ClassifierError `bad-model` if it is none.
 */
export function createPrecompiled(base64: string): (text: string) => string {
  const bytes = Buffer.from(base64, 'base64');
  const trieBytes = bytes.length < 4 ? -1 : bytes.readUInt32LE(0);
  if (trieBytes < 4 || trieBytes % 4 !== 0 || trieBytes + 4 > bytes.length) {
    throw unsupported('Precompiled.precompiled_charsmap', 'a trie and replacements', 'other bytes');
  }
  const trie = new Uint32Array(
    bytes.buffer.slice(bytes.byteOffset + 4, bytes.byteOffset + 4 + trieBytes),
  );
  const replacements = bytes.subarray(4 + trieBytes);
  const memoized = new Map<string, string | undefined>();
  const transform = (part: string): string | undefined => {
    if (part.length === 1 && memoized.has(part)) {
      return memoized.get(part);
    }
    const replacement = findReplacement(trie, replacements, Buffer.from(part));
    if (part.length === 1) {
      memoized.set(part, replacement);
    }
    return replacement;
  };
  return (text) =>
    clustersOf(text)
      .map((cluster) => replaceCluster(cluster, transform))
      .join('');
}

function clustersOf(text: string): string[] {
  return HAS_CLUSTERS.test(text)
    ? Array.from(CLUSTERS.segment(text), ({ segment }) => segment)
    : Array.from(text);
}

function replaceCluster(cluster: string, transform: (part: string) => string | undefined): string {
  if (Buffer.byteLength(cluster) <= MAX_CLUSTER_BYTES) {
    const replacement = transform(cluster);
    if (replacement !== undefined) {
      return replacement;
    }
  }
  return Array.from(cluster, (character) => transform(character) ?? character).join('');
}

/** @returns the replacement of the shortest key that `part` begins with. */
function findReplacement(
  trie: Uint32Array,
  replacements: Buffer,
  part: Buffer,
): string | undefined {
  let position = offsetOf(trie[0] as number);
  for (const byte of part) {
    position ^= byte;
    const unit = trie[position] ?? 0;
    if (byte === 0 || (unit & 0x800000ff) >>> 0 !== byte) {
      return undefined;
    }
    position ^= offsetOf(unit);
    if ((unit >>> 8) & 1) {
      const start = (trie[position] ?? 0) & 0x7fffffff;
      const end = replacements.indexOf(0, start);
      return replacements.toString('utf8', start, end === -1 ? undefined : end);
    }
  }
  return undefined;
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}
