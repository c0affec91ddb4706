/** Looks at the outline of a JSON body before it is parsed. */

/** Smaller bodies are parsed as a whole, whatever they hold. */
const MIN_BYTES = 16 * 1024;
/** Of arrays and objects, and of fields. */
const MAX_PARTS = 64;
/** More than any MAX_INPUTS. */
const MAX_ELEMENTS = 16 * 1024;

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** A body that has more than any request of this server needs. */
export interface Excess {
  /** Such as `more than 64 fields`. */
  readonly description: string;
  /** JSON of what comes before. */
  readonly prefix: Buffer;
}

/**
 * Millions of arrays, objects, fields or elements in a few megabytes take a hundred times their size to
 * parse, and hold the event loop for as long.
 *
 * @param nested number of arrays and objects that the body may have because of its texts.
 * @returns undefined where the body may be parsed as a whole.
 */
export function findExcess(bytes: Buffer, nested = 0): Excess | undefined {
  if (bytes.byteLength < MIN_BYTES) {
    return undefined;
  }
  const closing: number[] = [];
  let [parts, fields, elements] = [0, 0, 0];
  const cutAt = (at: number, description: string, filler: string): Excess => ({
    description,
    prefix: Buffer.concat([
      bytes.subarray(0, at),
      Buffer.from(filler),
      Buffer.from(closing.toReversed()),
    ]),
  });
  for (let at = 0; at < bytes.byteLength; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = endOfString(bytes, at);
    } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      if (++parts > MAX_PARTS + nested) {
        return cutAt(at, `more than ${MAX_PARTS + nested} arrays and objects`, 'null');
      }
      closing.push(byte === OPEN_ARRAY ? CLOSE_ARRAY : CLOSE_OBJECT);
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      closing.pop();
    } else if (byte === COLON && ++fields > MAX_PARTS) {
      return cutAt(at, `more than ${MAX_PARTS} fields`, ':null');
    } else if (byte === COMMA && ++elements > MAX_ELEMENTS) {
      return cutAt(at, `more than ${MAX_ELEMENTS} elements`, '');
    }
  }
  return undefined;
}

/** Bytes of a string that are looked at one by one, before the next quote is searched natively. */
const SHORT_STRING_BYTES = 64;

/** Index of the quote that ends a string, or of the last byte. */
function endOfString(bytes: Buffer, start: number): number {
  let at = start + 1;
  while (at < bytes.byteLength) {
    const end = Math.min(at + SHORT_STRING_BYTES, bytes.byteLength);
    while (at < end && bytes[at] !== QUOTE) {
      at += bytes[at] === BACKSLASH ? 2 : 1;
    }
    if (at < end) {
      return at;
    }
    const quote = bytes.indexOf(QUOTE, at);
    if (quote < 0) {
      break;
    }
    let backslashes = 0;
    while (quote - backslashes > at && bytes[quote - backslashes - 1] === BACKSLASH) {
      backslashes++;
    }
    if (backslashes % 2 === 0) {
      return quote;
    }
    at = quote + 1;
  }
  return bytes.byteLength - 1;
}
