/** Bytes → records: lines, or rows of CSV, whose quoted fields may contain line breaks. */

/** A longer row is not read, so that memory is bounded: a window has many rows. */
export const MAX_ROW_BYTES = 256 * 1024;

export interface RawRecord {
  /** The number of its first line, from 1. */
  readonly line: number;
  /** Without the line break; undefined where it has more than `MAX_ROW_BYTES`. */
  readonly bytes: Buffer | undefined;
}

export interface RecordSplitter {
  /** Takes bytes and returns the records that they complete. */
  push(bytes: Buffer): RawRecord[];
  /** Returns the last record, if it has no line break. */
  end(): RawRecord[];
  /** The first line of a record that ends inside of a quoted field; to be read after `end`. */
  unclosedQuote(): number | undefined;
}

const [NEWLINE, RETURN, QUOTE] = [10, 13, 34];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** Where the last byte was: within a row of CSV. */
const FIELD_START = 0;
const UNQUOTED = 1;
const QUOTED = 2;
/** The quote ends the field, unless another one follows. */
const AFTER_QUOTE = 3;

/** @param delimiter the byte between fields, where these may be quoted (RFC 4180); without it, lines. */
export function createSplitter(delimiter?: number): RecordSplitter {
  const breaks = createBreakFinder(delimiter);
  let firstLine = 1;
  let unclosed: number | undefined;
  let partial: Buffer[] = [];
  let partialBytes = 0;
  const keep = (bytes: Buffer): void => {
    partialBytes += bytes.length;
    if (partialBytes > MAX_ROW_BYTES) {
      partial = [];
    } else if (bytes.length > 0) {
      partial.push(bytes);
    }
  };
  const take = (): RawRecord => {
    const isTooLong = partialBytes > MAX_ROW_BYTES;
    const bytes = partial.length === 1 ? (partial[0] as Buffer) : Buffer.concat(partial);
    const end = bytes.at(-1) === RETURN ? bytes.length - 1 : bytes.length;
    const record = { line: firstLine, bytes: isTooLong ? undefined : bytes.subarray(0, end) };
    partial = [];
    partialBytes = 0;
    firstLine = breaks.line();
    return record;
  };
  return {
    push: (bytes) => {
      const records: RawRecord[] = [];
      let start = 0;
      for (let end = breaks.find(bytes, 0); end >= 0; end = breaks.find(bytes, start)) {
        keep(bytes.subarray(start, end));
        records.push(take());
        start = end + 1;
      }
      // A copy: a record must not keep a whole chunk in memory.
      keep(Buffer.from(bytes.subarray(start)));
      return records;
    },
    end: () => {
      unclosed = breaks.isQuoted() ? firstLine : undefined;
      return partialBytes > 0 ? [take()] : [];
    },
    unclosedQuote: () => unclosed,
  };
}

interface BreakFinder {
  /**
   * The index of the line break that ends a record, from `start` on; −1 where there is none. Each byte of
   * the stream is looked at once, in its order.
   */
  find(bytes: Buffer, start: number): number;
  /** Of the next byte. */
  line(): number;
  /** True inside of a quoted field. */
  isQuoted(): boolean;
}

function createBreakFinder(delimiter: number | undefined): BreakFinder {
  let line = 1;
  let position = FIELD_START;
  /** How many of the bytes that mark UTF-8 the stream begins with; −1 after them. */
  let marks = 0;
  const findLine = (bytes: Buffer, start: number): number => {
    const end = bytes.indexOf(NEWLINE, start);
    line += Number(end >= 0);
    return end;
  };
  const findRow = (bytes: Buffer, start: number, between: number): number => {
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      if (marks >= 0 && byte === BYTE_ORDER_MARK[marks]) {
        marks++;
        continue;
      }
      marks = -1;
      line += Number(byte === NEWLINE);
      if (byte === NEWLINE && position !== QUOTED) {
        position = FIELD_START;
        return at;
      }
      position = next(position, byte, between);
    }
    return -1;
  };
  return {
    find: (bytes, start) =>
      delimiter === undefined ? findLine(bytes, start) : findRow(bytes, start, delimiter),
    line: () => line,
    isQuoted: () => position === QUOTED,
  };
}

function next(position: number, byte: number, delimiter: number): number {
  if (position === QUOTED) {
    return byte === QUOTE ? AFTER_QUOTE : QUOTED;
  }
  if (byte === delimiter) {
    return FIELD_START;
  }
  if (byte === QUOTE && position !== UNQUOTED) {
    return QUOTED;
  }
  // A carriage return before the line break.
  return position === AFTER_QUOTE && byte === RETURN ? AFTER_QUOTE : UNQUOTED;
}

/**
 * The fields of a row of CSV (RFC 4180). A quote inside of a field that does not begin with one is a
 * character like any other.
 *
 * @returns undefined where characters follow the end of a quoted field.
 */
export function parseFields(row: string, delimiter: string): string[] | undefined {
  if (!row.includes('"')) {
    return row.split(delimiter);
  }
  const fields: string[] = [];
  for (let at = 0; ; at++) {
    let field: string;
    if (row[at] === '"') {
      const parts: string[] = [];
      do {
        const quote = row.indexOf('"', at + 1);
        if (quote < 0) {
          return undefined;
        }
        parts.push(row.slice(at + 1, quote));
        at = quote + 1;
        // Two quotes are one of the text.
      } while (row[at] === '"');
      field = parts.join('"');
    } else {
      const end = row.indexOf(delimiter, at);
      field = row.slice(at, end < 0 ? row.length : end);
      at += field.length;
    }
    fields.push(field);
    if (at >= row.length) {
      return fields;
    }
    if (row[at] !== delimiter) {
      return undefined;
    }
  }
}
