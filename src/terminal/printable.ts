/** Texts of strangers on a terminal: they must neither steer it nor break the line. */
import stringWidth from 'string-width';

/** One column a character. */
const PLAIN = /^[ -~]*$/;

/** Latin, Greek, Cyrillic, and the quotes and dashes between them: nothing to clean. */
const CLEAN = /^[ -~\u00a1-\u00ac\u00ae-\u058f\u2010-\u2027]*$/;

/** Colours, cursor movements (CSI), and titles, links, clipboard (OSC), with one or two bytes. */
const ESCAPES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b\]|\u009d)[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)/g;

const BREAKS = /[\s\u0085\u2028\u2029]+/g;

/** Controls, and what is invisible and turns the direction of what follows, or separates nothing. */
const UNSEEN = /[\p{Cc}\p{Bidi_Control}\u00ad\u200b\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

/** Scripts that are written from right to left. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** One line without anything that a terminal would obey. Emoji and their joiners stay. */
export function printable(text: string): string {
  return CLEAN.test(text)
    ? text
    : text.toWellFormed().replace(ESCAPES, '').replace(BREAKS, ' ').replace(UNSEEN, '');
}

/** Columns on a terminal. @param text printable. */
export function columnsOf(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** Cuts a printable text to so many columns, between what is seen as characters. */
export function cutTo(text: string, columns: number): string {
  if (text.length * 2 <= columns || (PLAIN.test(text) && text.length <= columns)) {
    return text;
  }
  if (columns < 1) {
    return '';
  }
  let used = 0;
  let end = 0;
  let kept = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    used += columnsOf(segment);
    if (used > columns) {
      return `${text.slice(0, kept)}…`;
    }
    end = index + segment.length;
    // Up to here there is a column left for the ellipsis.
    kept = used < columns ? end : kept;
  }
  return text;
}

/** Keeps right-to-left text from turning around what stands beside it (UAX #9, isolates). */
export function isolate(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `${FIRST_STRONG_ISOLATE}${text}${POP_ISOLATE}` : text;
}

/** A line of JSON that says the same, with what would steer a terminal as escapes. */
export function printableJson(line: string): string {
  return line.replace(
    UNSEEN,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
