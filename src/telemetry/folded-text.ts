/**
 * A text in a form that can be searched, with the positions in the original: characters without width are
 * removed, full-width and styled characters become the ordinary ones, percent-encoding is decoded.
 *
 * Code units are compared with a table one by one: where many characters of a text are folded, matches of
 * an expression would take much longer.
 */
import { isUtf8 } from 'node:buffer';

export interface FoldedText {
  readonly original: string;
  readonly folded: string;
  /** Searches in the folded text, and replaces the same parts of the original. */
  readonly replaceAll: (pattern: RegExp, replacement: (match: string) => string) => string;
}

/** A part of the original that differs in the folded text. Between two edits, both are equal. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly foldedStart: number;
  readonly foldedEnd: number;
}

/** Control characters that are not white space, format characters, and others without width. */
const WITHOUT_WIDTH = /(?![\t-\r\u0085])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** A dot, small and full-width forms, styled letters and digits. */
const STYLED = /[\u2024\ufe50-\ufe6b\uff01-\uff5e\u{1d400}-\u{1d7ff}]/gu;
/** Can be a part of an address. Any other encoded character, such as a blank, becomes a percent sign. */
const IN_ADDRESS = /[\p{L}\p{M}\p{N}.@:/?#&=_+~!$'*-]/u;

const PERCENT = 0x25;
/** In the table of code units: removed, or the first half of a character that may be folded. */
const SPECIAL = 0;

export function hasPercentEncoded(text: string): boolean {
  return /%[\da-f]{2}/i.test(text);
}

export function foldCharacters(original: string): FoldedText {
  return fold(original, false);
}

export function foldCharactersAndPercent(original: string): FoldedText {
  return fold(original, true);
}

function fold(original: string, decodes: boolean): FoldedText {
  const units = foldedUnits();
  const edits: Edit[] = [];
  let folded = '';
  let copied = 0;
  for (let at = 0; at < original.length; at++) {
    const unit = original.charCodeAt(at);
    if (units[unit] === unit && !(decodes && unit === PERCENT)) {
      continue;
    }
    const part =
      decodes && unit === PERCENT ? readEncoded(original, at) : readCharacter(original, at);
    if (part) {
      folded += original.slice(copied, at);
      const foldedStart = folded.length;
      folded += part.text;
      edits.push({ start: at, end: part.end, foldedStart, foldedEnd: folded.length });
      copied = part.end;
      at = part.end - 1;
    }
  }
  if (edits.length === 0) {
    return {
      original,
      folded: original,
      replaceAll: (pattern, replacement) => original.replace(pattern, replacement),
    };
  }
  folded += original.slice(copied);
  return {
    original,
    folded,
    replaceAll: (pattern, replacement) => {
      const positionOf = createPositions(edits);
      let replaced = '';
      let from = 0;
      for (const { 0: match, index } of folded.matchAll(pattern)) {
        const substitute = replacement(match);
        if (substitute !== match) {
          replaced += original.slice(from, positionOf(index).start) + substitute;
          from = positionOf(index + match.length - 1).end;
        }
      }
      return replaced + original.slice(from);
    },
  };
}

/** Returns where a code unit of the folded text is in the original; each call is for a later one. */
function createPositions(
  edits: readonly Edit[],
): (at: number) => { readonly start: number; readonly end: number } {
  let next = 0;
  let shift = 0;
  return (at) => {
    let edit = edits[next];
    while (edit && edit.foldedEnd <= at) {
      shift = edit.end - edit.foldedEnd;
      next += 1;
      edit = edits[next];
    }
    return edit && edit.foldedStart <= at ? edit : { start: at + shift, end: at + shift + 1 };
  };
}

/** A part of the original, folded, and where it ends. */
interface Part {
  readonly text: string;
  readonly end: number;
}

function readCharacter(text: string, at: number): Part {
  const character = String.fromCodePoint(text.codePointAt(at) as number);
  return { text: foldCharacter(character), end: at + character.length };
}

function foldCharacter(character: string): string {
  if (character.length > 1) {
    return character
      .replace(WITHOUT_WIDTH, '')
      .replace(STYLED, (styled) => styled.normalize('NFKC'));
  }
  const unit = foldedUnits()[character.charCodeAt(0)] as number;
  return unit === SPECIAL ? '' : String.fromCharCode(unit);
}

/** A character in percent-encoded UTF-8. @returns undefined where there is none. */
function readEncoded(text: string, at: number): Part | undefined {
  const first = readByte(text, at);
  if (!first) {
    return undefined;
  }
  if (first.value < 0x80) {
    return { text: foldDecoded(String.fromCharCode(first.value)), end: first.end };
  }
  if (first.value < 0xc2 || first.value > 0xf4) {
    return { text: '%', end: first.end };
  }
  const bytes = [first.value];
  let { end } = first;
  for (const count = countBytes(first.value); bytes.length < count; ) {
    const byte = readByte(text, end);
    if (!byte) {
      break;
    }
    bytes.push(byte.value);
    end = byte.end;
  }
  const buffer = Buffer.from(bytes);
  // What is not UTF-8 may still contain the parts of an address in ASCII.
  return isUtf8(buffer)
    ? { text: foldDecoded(buffer.toString()), end }
    : { text: '%', end: first.end };
}

function foldDecoded(character: string): string {
  const folded = foldCharacter(character);
  return folded === '' || IN_ADDRESS.test(folded) ? folded : '%';
}

/** A byte; also one that is encoded more than once: `%2540` is `%40`. */
function readByte(text: string, at: number): { value: number; end: number } | undefined {
  if (text.charCodeAt(at) !== PERCENT) {
    return undefined;
  }
  let digits = at + 1;
  while (text.startsWith('25', digits) && !Number.isNaN(hexadecimalAt(text, digits + 2))) {
    digits += 2;
  }
  const value = hexadecimalAt(text, digits);
  return Number.isNaN(value) ? undefined : { value, end: digits + 2 };
}

/** The value of two hexadecimal digits; NaN where there are none. */
function hexadecimalAt(text: string, at: number): number {
  return Number.parseInt(text.charAt(at), 16) * 16 + Number.parseInt(text.charAt(at + 1), 16);
}

/** The number of bytes in UTF-8 of a character that is not ASCII, by the first of them (RFC 3629). */
function countBytes(first: number): number {
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

let table: Uint16Array | undefined;

/** What each code unit becomes: itself, a styled character's ordinary form, or SPECIAL. */
function foldedUnits(): Uint16Array {
  table ??= buildTable();
  return table;
}

function buildTable(): Uint16Array {
  const units = new Uint16Array(0x10000);
  for (let unit = 1; unit < units.length; unit++) {
    const character = String.fromCharCode(unit);
    // Emoji are in the planes of the exceptions, and stay as they are.
    const isHighSurrogate = unit >= 0xd800 && unit < 0xdc00;
    const isSpecial = isHighSurrogate ? unit < 0xd83c || unit > 0xd83e : isWithoutWidth(character);
    const isStyled = character.search(STYLED) === 0;
    units[unit] = isSpecial ? SPECIAL : isStyled ? character.normalize('NFKC').charCodeAt(0) : unit;
  }
  return units;
}

function isWithoutWidth(character: string): boolean {
  return character.search(WITHOUT_WIDTH) === 0;
}
