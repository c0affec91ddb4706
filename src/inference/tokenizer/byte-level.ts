/** Bytes as characters, as byte-level BPE (GPT-2) writes them, and as tokens, for characters without one. */

/** Printable characters of Latin-1 are themselves, the other bytes are characters from U+0100 on. */
const CHARACTERS: readonly string[] = createCharacters();
const encoder = new TextEncoder();

function createCharacters(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte !== 0xad);
    return String.fromCharCode(isPrintable ? byte : next++);
  });
}

/** @returns one character for each byte of the text in UTF-8. */
export function toByteCharacters(text: string): string {
  let characters = '';
  for (const byte of encoder.encode(text)) {
    characters += CHARACTERS[byte];
  }
  return characters;
}

/**
 * The tokens `<0x00>` to `<0xFF>` of the bytes of a text in UTF-8.
 *
 * @returns undefined if the vocabulary lacks one of them.
 */
export function byteIds(
  text: string,
  vocabulary: ReadonlyMap<string, number>,
): number[] | undefined {
  const ids: number[] = [];
  for (const byte of encoder.encode(text)) {
    const id = vocabulary.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
    if (id === undefined) {
      return undefined;
    }
    ids.push(id);
  }
  return ids;
}
