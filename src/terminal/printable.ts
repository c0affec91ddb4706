/**
 * Untrusted text made safe for a terminal: text of tweets, repositories, stores and servers must neither
 * control the terminal nor imitate lines of the program's own output.
 */

/** Latin, Greek, Cyrillic, and common quotes and dashes: nothing to remove. */
const CLEAN = /^[ -~\u00a1-\u00ac\u00ae-\u058f\u2010-\u2027]*$/;

/** Control sequences (CSI: colours, cursor) and strings (OSC: titles, links, clipboard), 7-bit and 8-bit. */
const ESCAPE_SEQUENCES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b\]|\u009d)[^\u0007\u001b\u009c\u009d]*(?:\u0007|\u001b\\|\u009c)/g;

const WHITE_SPACE = /[\s\u0085\u2028\u2029]+/g;

/**
 * Control characters (Cc), bidirectional controls, and characters without width that separate nothing.
 * Code units instead of properties: each line of the log is searched, which takes a third of the time.
 */
const INVISIBLES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
/** The same and line separators, without tabs and line feeds. */
const INVISIBLES_IN_LINES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** Scripts that are written from right to left. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';

/** One line without escape sequences and invisible characters. Emoji and their joiners stay. */
export function printable(text: string): string {
  return CLEAN.test(text)
    ? text
    : text
        .toWellFormed()
        .replace(ESCAPE_SEQUENCES, '')
        .replace(WHITE_SPACE, ' ')
        .replace(INVISIBLES, '');
}

/**
 * Text in which each invisible character is marked with U+FFFD and white space is kept: where texts are
 * compared, as in a patch, a difference must stay visible.
 */
export function markInvisible(text: string): string {
  return text.toWellFormed().replace(INVISIBLES_IN_LINES, '\ufffd');
}

/** JSON with the same meaning in which invisible characters are escaped. */
export function printableJson(json: string): string {
  // A carriage return between two tokens is white space; elsewhere JSON has none that is not escaped.
  return json.replace(INVISIBLES_IN_LINES, (character) =>
    character === '\r' ? ' ' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export interface PrintableOptions {
  /** Properties whose strings have several lines; their invisible characters are marked. */
  readonly multiLineKeys?: readonly string[];
  /** Whether the invisible characters of the other strings are marked instead of removed. */
  readonly isExact?: boolean;
}

/** A copy of a JSON value in which every string and every key is printable. */
export function printableValue<T>(
  value: T,
  { multiLineKeys = [], isExact = false }: PrintableOptions = {},
): T {
  const oneLine = (text: string): string =>
    isExact ? markInvisible(text.replace(/(?<!\s)\s*\n\s*/g, ' ')) : printable(text);
  const copy = (part: unknown, key: string): unknown => {
    if (typeof part === 'string') {
      return multiLineKeys.includes(key) ? markInvisible(part) : oneLine(part);
    }
    if (Array.isArray(part)) {
      return part.map((item) => copy(item, key));
    }
    return typeof part === 'object' && part !== null
      ? Object.fromEntries(
          Object.entries(part).map(([name, inner]) => [oneLine(name), copy(inner, name)]),
        )
      : part;
  };
  return copy(value, '') as T;
}

/** Isolates right-to-left text, so that it does not reorder what is beside it (UAX #9). */
export function isolate(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `${FIRST_STRONG_ISOLATE}${text}${POP_ISOLATE}` : text;
}
