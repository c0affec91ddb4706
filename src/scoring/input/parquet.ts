/** Rows of a Parquet file, one row group at a time. */
import { open } from 'node:fs/promises';
import type { AsyncBuffer, DecodedArray, FileMetaData } from 'hyparquet';
import { mismatch } from '../../errors.ts';
import { formatBytes } from '../../terminal/numbers.ts';
import { ScoringError } from '../scoring-error.ts';
import { PARSERS, RawJson, takeConversions } from './parquet-values.ts';
import { checkColumns, describeText, type ParserOptions } from './parsers.ts';
import type { FileBlock, Row } from './row.ts';

/** A row group is in memory as a whole: its values before compression. */
const MAX_GROUP_BYTES = 256 * 1024 ** 2;
const BLOCK_ROWS = 1024;

/** @throws ScoringError `bad-input` where it is no Parquet file, or a row group of it is too large. */
export async function* readParquet(
  file: string,
  options: Omit<ParserOptions, 'file'>,
): AsyncGenerator<FileBlock> {
  const [{ parquetMetadataAsync, parquetRead, parquetSchema }, { compressors }] = await Promise.all(
    [import('hyparquet'), import('hyparquet-compressors')],
  );
  const handle = await open(file);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) {
      throw new ScoringError('bad-input', `${file}: Parquet can't be read from a pipe`);
    }
    const buffer: AsyncBuffer = {
      byteLength: stats.size,
      slice: async (start, end = stats.size) => {
        const bytes = Buffer.alloc(end - start);
        await handle.read(bytes, 0, bytes.length, start);
        return bytes.buffer as ArrayBuffer;
      },
    };
    const metadata = await orBadFile(file, () => parquetMetadataAsync(buffer));
    const names = parquetSchema(metadata).children.map(({ element }) => element.name);
    const columns = checkColumns(names, { file, ...options });
    const conversions = takeConversions(metadata);
    yield { columns, rows: [], done: 0 };
    let start = 0;
    for (const group of metadata.row_groups) {
      assertGroupSize(file, group);
      const end = start + Number(group.num_rows);
      const cursors = new Map(columns.map((name) => [name, createCursor()]));
      await orBadFile(file, () =>
        parquetRead({
          ...{ file: buffer, metadata, compressors, rowStart: start, rowEnd: end },
          // Bytes that are no text stay bytes.
          utf8: false,
          parsers: PARSERS,
          // Columns, since an object for each row would take several times their memory.
          onChunk: ({ columnName, columnData }) => cursors.get(columnName)?.add(columnData),
        }),
      );
      while (start < end) {
        const rows: Row[] = [];
        for (const last = Math.min(end, start + BLOCK_ROWS); start < last; ) {
          const values = [...cursors].map(([name, cursor]) => {
            const value = cursor.next();
            return [name, conversions.get(name)?.(value) ?? value] as const;
          });
          start++;
          rows.push(toRow(new Map(values), start, options.textColumn));
        }
        yield { columns, rows, done: (start / Number(metadata.num_rows)) * stats.size };
      }
    }
  } finally {
    await handle.close();
  }
}

async function orBadFile<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    const { message } = cause as Error;
    throw new ScoringError('bad-input', `${file} can't be read as Parquet: ${message}`, { cause });
  }
}

function assertGroupSize(file: string, group: FileMetaData['row_groups'][number]): void {
  const bytes = Number(group.total_byte_size);
  if (bytes > MAX_GROUP_BYTES) {
    const expected = `row groups of at most ${formatBytes(MAX_GROUP_BYTES)}, since each is in memory as a whole`;
    throw new ScoringError('bad-input', mismatch(file, expected, formatBytes(bytes)));
  }
}

interface Cursor {
  add(values: DecodedArray): void;
  next(): unknown;
}

/** The values of a column one after the other, of chunks that are forgotten when they have been read. */
function createCursor(): Cursor {
  const chunks: DecodedArray[] = [];
  let at = 0;
  return {
    add: (values) => void chunks.push(values),
    next: () => {
      while (at === chunks[0]?.length) {
        chunks.shift();
        at = 0;
      }
      return chunks[0]?.[at++];
    },
  };
}

function toRow(values: ReadonlyMap<string, unknown>, line: number, textColumn: string): Row {
  const text = values.get(textColumn);
  const kept = { json: toJson(values) };
  return typeof text === 'string'
    ? { line, kept, text, error: undefined }
    : { line, kept, text: undefined, error: describeText(textColumn, text ?? null) };
}

/** 64-bit integers have all of their digits, bytes are base64; NaN and infinities are null. */
function toJson(value: unknown): string {
  switch (typeof value) {
    case 'bigint':
      return String(value);
    case 'object':
      if (value instanceof RawJson) {
        return value.json;
      }
      if (value instanceof Uint8Array) {
        return JSON.stringify(Buffer.from(value).toString('base64'));
      }
      if (Array.isArray(value)) {
        return `[${value.map(toJson).join(',')}]`;
      }
      if (value !== null) {
        // A map keeps the order of names such as "2024".
        const fields = [...(value instanceof Map ? value : Object.entries(value))].map(
          ([name, field]) => `${JSON.stringify(name)}:${toJson(field)}`,
        );
        return `{${fields.join(',')}}`;
      }
      return 'null';
    default:
      return JSON.stringify(value) ?? 'null';
  }
}
