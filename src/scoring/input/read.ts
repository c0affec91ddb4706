/** Files, and standard input → blocks of rows, in memory that does not grow with their size. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { mismatch } from '../../errors.ts';
import { inflate, namesOf, STDIN } from '../../logs/log-files.ts';
import { ScoringError } from '../scoring-error.ts';
import type { InputFormat } from './formats.ts';
import { readParquet } from './parquet.ts';
import { PARSERS, type ParserOptions } from './parsers.ts';
import type { FileBlock, Row, RowBlock } from './row.ts';

const CHUNK_BYTES = 256 * 1024;

export interface ReadOptions extends Omit<ParserOptions, 'file'> {
  readonly format: InputFormat;
}

/** How large a file is, so that the share of it that was read is known. */
interface Sized {
  readonly file: string;
  /** Undefined for standard input and pipes. */
  readonly bytes: number | undefined;
}

/**
 * The rows of all files, one file after the other; what is compressed with gzip is recognized by its first
 * bytes. The first block of a file may be empty: it has the columns.
 *
 * @throws ScoringError `bad-input`; KnownError `bad-log` for damaged gzip data; the system's error.
 */
export async function* readRows(
  files: readonly string[],
  options: ReadOptions,
): AsyncGenerator<RowBlock> {
  const sized = await Promise.all(files.map(sizeOf));
  const total = sized.reduce((sum, { bytes = Number.NaN }) => sum + bytes, 0);
  let before = 0;
  let columns: readonly string[] | undefined;
  for (const { file, bytes = 0 } of sized) {
    const read = options.format === 'parquet' ? readParquet : readText;
    for await (const { done, ...block } of read(file, options)) {
      columns ??= block.columns;
      assertSameColumns(file, columns, block.columns);
      yield { ...block, file, share: total > 0 ? Math.min(1, (before + done) / total) : undefined };
    }
    before += bytes;
  }
}

/** @throws ScoringError where the file is a folder; the system's error where it can't be read. */
export async function sizeOf(file: string): Promise<Sized> {
  if (file === STDIN) {
    return { file, bytes: undefined };
  }
  const stats = await stat(file);
  if (stats.isDirectory()) {
    throw new ScoringError('bad-input', `${file} is a folder: expected a file`);
  }
  return { file, bytes: stats.isFile() ? stats.size : undefined };
}

function assertSameColumns(
  file: string,
  expected: readonly string[] | undefined,
  found: readonly string[] | undefined,
): void {
  if (expected && found && expected !== found && String(expected) !== String(found)) {
    throw new ScoringError(
      'bad-input',
      mismatch(file, `the columns of the first file (${expected.join(', ')})`, found.join(', ')),
    );
  }
}

async function* readText(
  file: string,
  { format, ...options }: ReadOptions,
): AsyncGenerator<FileBlock> {
  const { splitter, columns, parse } = PARSERS[format as keyof typeof PARSERS]({
    file,
    ...options,
  });
  const raw =
    file === STDIN ? process.stdin : createReadStream(file, { highWaterMark: CHUNK_BYTES });
  const toRows = (records: ReturnType<typeof splitter.push>): Row[] =>
    records.map(parse).filter((row) => row !== undefined);
  let isFirst = true;
  for await (const chunk of inflate(raw, file)) {
    if (isFirst) {
      assertNoUtf16(chunk, file);
      isFirst = false;
    }
    const rows = toRows(splitter.push(chunk));
    yield { columns: columns(), rows, done: raw.bytesRead };
  }
  const last = splitter.end();
  const quote = splitter.unclosedQuote();
  if (quote !== undefined) {
    throw new ScoringError(
      'bad-input',
      `${namesOf([file])}, line ${quote}: a quoted field is never closed`,
    );
  }
  const rows = toRows(last);
  if (format !== 'jsonl' && !columns()) {
    throw new ScoringError(
      'bad-input',
      `${namesOf([file])} is empty: expected a line with the names of columns`,
    );
  }
  yield { columns: columns(), rows, done: raw.bytesRead };
}

function assertNoUtf16(start: Buffer, file: string): void {
  const mark = start.toString('hex', 0, 2);
  if (mark === 'fffe' || mark === 'feff') {
    throw new ScoringError('bad-input', mismatch(file, 'UTF-8', 'UTF-16'));
  }
}
