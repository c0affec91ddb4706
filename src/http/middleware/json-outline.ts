/** Looks at the outline of a JSON body before it is parsed. */

/** Smaller bodies are parsed at once, whatever they hold. */
const MIN_BYTES = 16 * 1024;
const MAX_DEPTH = 8;
const MAX_FIELDS = 64;

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a];
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/**
 * Millions of nested arrays or of fields in a few megabytes take a hundred times their size to parse, and
 * hold the event loop for as long. No request of this server needs them.
 *
 * @returns what there is too much of; undefined where the body may be parsed.
 */
export function findExcess(bytes: Uint8Array): string | undefined {
  if (bytes.byteLength < MIN_BYTES) {
    return undefined;
  }
  let depth = 0;
  let fields = 0;
  for (let at = 0; at < bytes.byteLength; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      at = endOfString(bytes, at);
    } else if (OPENING.has(byte)) {
      depth++;
      if (depth > MAX_DEPTH) {
        return `arrays and objects nested more than ${MAX_DEPTH} deep`;
      }
    } else if (CLOSING.has(byte)) {
      depth--;
    } else if (byte === COLON) {
      fields++;
      if (fields > MAX_FIELDS) {
        return `more than ${MAX_FIELDS} fields`;
      }
    }
  }
  return undefined;
}

/** Index of the quote that ends a string, or of the last byte. */
function endOfString(bytes: Uint8Array, start: number): number {
  let at = bytes.indexOf(QUOTE, start + 1);
  while (at >= 0 && isEscaped(bytes, at)) {
    at = bytes.indexOf(QUOTE, at + 1);
  }
  return at < 0 ? bytes.byteLength : at;
}

/** True behind an odd number of backslashes. */
function isEscaped(bytes: Uint8Array, at: number): boolean {
  let first = at;
  while (bytes[first - 1] === BACKSLASH) {
    first--;
  }
  return (at - first) % 2 === 1;
}
