/** Printable text in the columns of a terminal: measured, cut, filled up, wrapped, aligned. */
import stringWidth from 'string-width';

/** One column for each character. */
const ASCII = /^[ -~]*$/;

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** How many columns a terminal needs for a text. */
export function columnsOf(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
}

/** Cuts a text to a number of columns, between two graphemes; the last column is then `…`. */
export function cutTo(text: string, columns: number): string {
  if (text.length * 2 <= columns || (ASCII.test(text) && text.length <= columns)) {
    return text;
  }
  if (columns < 1) {
    return '';
  }
  let used = 0;
  let kept = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    used += columnsOf(segment);
    if (used > columns) {
      return `${text.slice(0, kept)}…`;
    }
    // Up to here a column is left for the ellipsis.
    kept = used < columns ? index + segment.length : kept;
  }
  return text;
}

/** Fills a text up with blanks on its right. */
export function padEnd(text: string, columns: number): string {
  return text + blanks(columns - columnsOf(text));
}

/** Fills a text up with blanks on its left. */
export function padStart(text: string, columns: number): string {
  return blanks(columns - columnsOf(text)) + text;
}

function blanks(count: number): string {
  return ' '.repeat(Math.max(0, count));
}

/** Breaks a line between words, but not before a percent sign. A longer word stays whole. */
export function wrap(line: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of line.split(/ (?!%)/)) {
    const last = lines.at(-1);
    if (last !== undefined && columnsOf(last) + 1 + columnsOf(word) <= columns) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}

/** Breaks a line that is too long; the others are indented by four blanks more than the first. */
export function wrapIndented(line: string, columns: number): string[] {
  if (columnsOf(line) <= columns) {
    return [line];
  }
  const [, indent = '', text = ''] = /^( *)(.*)$/s.exec(line) ?? [];
  const [first = '', ...rest] = wrap(text, columns - indent.length - CONTINUATION.length);
  return [indent + first, ...rest.map((part) => indent + CONTINUATION + part.trimStart())];
}

const CONTINUATION = '    ';

export type Alignment = 'left' | 'right';

/**
 * Lays rows out as columns, two blanks apart.
 *
 * @param alignments of the columns; the last one is for all that follow, too.
 * @returns a line for each row, without blanks at its end.
 */
export function alignColumns(
  rows: readonly (readonly string[])[],
  alignments: readonly [Alignment, ...Alignment[]],
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, columnsOf(cell));
    });
  }
  const align = (cell: string, column: number): string => {
    const alignment = alignments[Math.min(column, alignments.length - 1)];
    return (alignment === 'left' ? padEnd : padStart)(cell, widths[column] as number);
  };
  return rows.map((row) => row.map(align).join('  ').trimEnd());
}
