/** Records → rows, a parser for each format that is text. */
import { isUtf8 } from 'node:buffer';
import { mismatch } from '../../errors.ts';
import { ScoringError } from '../scoring-error.ts';
import { createSplitter, MAX_ROW_BYTES, parseFields, type RawRecord } from './records.ts';
import { brokenRow, type Row } from './row.ts';

export interface ParserOptions {
  readonly file: string;
  readonly textColumn: string;
  /** Names that a row may not have, since the output adds columns of these names. */
  readonly reserved: ReadonlySet<string>;
}

export interface RowParser {
  readonly splitter: ReturnType<typeof createSplitter>;
  /** As `RowBlock` has them; undefined until they are known. */
  columns(): readonly string[] | undefined;
  /** @returns undefined for a record that is no row: a header, a blank line. */
  parse(record: RawRecord): Row | undefined;
}

export const PARSERS = {
  lines: createLineParser,
  csv: (options: ParserOptions) => createCsvParser(options, ','),
  tsv: (options: ParserOptions) => createCsvParser(options, '\t'),
  jsonl: createJsonParser,
} as const;

const TOO_LONG = `the row has more than ${MAX_ROW_BYTES / 1024} KiB, which is the most that is allowed`;
const NO_UTF8 = 'the row is not valid UTF-8';
const BYTE_ORDER_MARK = '\ufeff';

/** One text a line. */
function createLineParser({ textColumn }: ParserOptions): RowParser {
  const columns = [textColumn];
  return {
    splitter: createSplitter(),
    columns: () => columns,
    parse: ({ line, bytes }) => {
      if (!bytes) {
        return brokenRow(line, TOO_LONG);
      }
      const text = decode(bytes, line);
      const kept = { cells: [text] };
      return isUtf8(bytes)
        ? { line, kept, text, error: undefined }
        : brokenRow(line, NO_UTF8, kept);
    },
  };
}

function decode(bytes: Buffer, line: number): string {
  const text = bytes.toString('utf8');
  return line === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/** A header, then a row for each record. */
function createCsvParser(options: ParserOptions, delimiter: string): RowParser {
  let columns: readonly string[] | undefined;
  let textAt = -1;
  const parseRow = ({ line, bytes }: RawRecord, header: readonly string[]): Row | undefined => {
    if (!bytes) {
      return brokenRow(line, TOO_LONG);
    }
    const row = decode(bytes, line);
    if (row === '') {
      return undefined;
    }
    const cells = parseFields(row, delimiter);
    if (!cells) {
      return brokenRow(line, 'the row has characters after the end of a quoted field');
    }
    const kept = { cells: header.map((_, at) => cells[at] ?? '') };
    if (cells.length !== header.length) {
      const error = `the row has ${cells.length} fields; the first line has ${header.length}`;
      return brokenRow(line, error, kept);
    }
    return isUtf8(bytes)
      ? { line, kept, text: cells[textAt] as string, error: undefined }
      : brokenRow(line, NO_UTF8, kept);
  };
  return {
    splitter: createSplitter(delimiter.charCodeAt(0)),
    columns: () => columns,
    parse: (record) => {
      if (columns) {
        return parseRow(record, columns);
      }
      const row = record.bytes && decode(record.bytes, 1);
      if (row === '') {
        return undefined;
      }
      if (record.bytes && !isUtf8(record.bytes)) {
        throw new ScoringError('bad-input', mismatch(options.file, 'names in UTF-8', `${row}`));
      }
      columns = checkColumns(row === undefined ? undefined : parseFields(row, delimiter), options);
      textAt = columns.indexOf(options.textColumn);
      return undefined;
    },
  };
}

/** @throws ScoringError `bad-input` where the text is not among them, or a name is not free. */
export function checkColumns(
  columns: readonly string[] | undefined,
  { file, textColumn, reserved }: ParserOptions,
): readonly string[] {
  const fail = (message: string): ScoringError => new ScoringError('bad-input', message);
  if (!columns) {
    throw fail(mismatch(file, 'names of columns in the first line', 'something else'));
  }
  if (!columns.includes(textColumn)) {
    const found = columns.map((name) => JSON.stringify(name)).join(', ');
    const message = mismatch(file, `a column ${JSON.stringify(textColumn)}`, found);
    throw fail(`${message}; --text-column names another one`);
  }
  const repeated = columns.find((name, at) => columns.indexOf(name) < at);
  if (repeated !== undefined) {
    throw fail(`${file}: two columns have the name ${JSON.stringify(repeated)}`);
  }
  const taken = columns.find((name) => reserved.has(name));
  if (taken !== undefined) {
    throw fail(`${file} ${hasReserved('column', taken)}`);
  }
  return columns;
}

function hasReserved(kind: string, name: string): string {
  return (
    `has a ${kind} ${JSON.stringify(name)}, which is also one of the output's; --prefix puts a text ` +
    "before the output's"
  );
}

/** A JSON object a line, with the text in one of its fields. */
function createJsonParser({ textColumn, reserved }: ParserOptions): RowParser {
  const parseObject = (json: string, line: number): Row => {
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch {
      return brokenRow(line, 'the row is not valid JSON');
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return brokenRow(line, 'the row is no JSON object');
    }
    const taken = Object.keys(value).find((name) => reserved.has(name));
    if (taken !== undefined) {
      return brokenRow(line, `the row ${hasReserved('field', taken)}`);
    }
    const text: unknown = (value as Record<string, unknown>)[textColumn];
    const isOwn = Object.hasOwn(value, textColumn);
    return isOwn && typeof text === 'string'
      ? { line, kept: { json }, text, error: undefined }
      : brokenRow(line, describeText(textColumn, isOwn ? text : undefined), { json });
  };
  return {
    splitter: createSplitter(),
    columns: () => undefined,
    parse: ({ line, bytes }) => {
      if (!bytes) {
        return brokenRow(line, TOO_LONG);
      }
      const json = decode(bytes, line).trim();
      if (json === '') {
        return undefined;
      }
      return isUtf8(bytes) ? parseObject(json, line) : brokenRow(line, NO_UTF8);
    },
  };
}

/** What is wrong with a value that is no text. */
export function describeText(name: string, value: unknown): string {
  const shown = JSON.stringify(name);
  if (value === undefined) {
    return `the row has no field ${shown}; --text-column names another one`;
  }
  const found = value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
  return `the field ${shown} is ${found}; expected a text`;
}
