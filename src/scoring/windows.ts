/** Blocks of rows → windows, which are classified as a whole. */
import { createHash } from 'node:crypto';
import { namesOf } from '../logs/log-files.ts';
import type { Row, RowBlock } from './input/row.ts';
import { fieldsOf } from './output/json-fields.ts';
import { ScoringError } from './scoring-error.ts';

/**
 * Rows of a window. Windows begin at multiples of it, in each shard and in each resumed run: so that the
 * same texts share a run of the model.
 */
export const WINDOW_ROWS = 1024;

/** Some rows of the input, from the first (0) to before the last. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A row and the file that it is from. */
export interface PlacedRow extends Row {
  readonly file: string;
}

/** `tweets.csv, line 12` */
export function placeOf({ file, line }: PlacedRow): string {
  return `${namesOf([file])}, line ${line}`;
}

export interface Window {
  readonly rows: readonly PlacedRow[];
  /** Names of what the rows keep: of JSON Lines, those of the first row. */
  readonly columns: readonly string[];
  /** As in `RowBlock`. */
  readonly share: number | undefined;
  /** Rows of the input up to the end of this window. */
  readonly end: number;
  /** SHA-256 of these rows. */
  readonly digest: () => string;
}

/** Where an interrupted run ended. */
export interface Position {
  /** Rows of the input. */
  readonly rows: number;
  /** As a window has it. */
  readonly digest: string;
}

/**
 * @param range its start is a multiple of `WINDOW_ROWS`.
 * @param from where to go on; its rows are read again, to compare them.
 * @throws ScoringError `bad-resume` where they are other ones; `bad-input` where no row of the first window
 * can be read.
 */
export async function* windowsOf(
  blocks: AsyncIterable<RowBlock>,
  range: Range,
  from?: Position,
): AsyncGenerator<Window> {
  const start = from?.rows ?? range.start;
  const hash = createHash('sha256');
  let columns: readonly string[] | undefined;
  let share: number | undefined;
  let end = 0;
  let rows: PlacedRow[] = [];
  const take = (): Window => {
    if (end <= WINDOW_ROWS) {
      assertReadable(rows);
    }
    hash.update(rows.map(textOf).join('\n'));
    const digest = hash.copy();
    const window = { rows, share, end, columns: columns ?? [], digest: () => digest.digest('hex') };
    rows = [];
    return window;
  };
  for await (const block of blocks) {
    columns ??= block.columns;
    share = block.share;
    for (const row of block.rows) {
      if (end === range.end) {
        break;
      }
      columns ??= row.kept && 'json' in row.kept ? [...fieldsOf(row.kept.json).keys()] : undefined;
      rows.push({ ...row, file: block.file });
      end += 1;
      if (end % WINDOW_ROWS === 0 || end === range.end || end === from?.rows) {
        const window = take();
        if (end > start) {
          yield window;
        } else if (end === from?.rows) {
          assertSame(window, from);
        }
      }
    }
    if (end === range.end) {
      break;
    }
  }
  // Also without rows, since the output has a header.
  const last = take();
  if (from && end < from.rows) {
    throw changedInput(from.rows);
  }
  if (last.rows.length > 0 || end === 0) {
    yield last;
  }
}

/** What the digest is of. */
function textOf({ kept, error = '' }: Row): string {
  return kept === undefined ? error : 'json' in kept ? kept.json : JSON.stringify(kept.cells);
}

function assertSame(window: Window, from: Position): void {
  if (window.digest() !== from.digest) {
    throw changedInput(from.rows);
  }
}

function changedInput(rows: number): ScoringError {
  return new ScoringError(
    'bad-resume',
    `the first ${rows} rows of the input are not those of the interrupted run; --force starts again`,
  );
}

/** Where each row is wrong, the format or the column is: no error of a row. */
function assertReadable(rows: readonly PlacedRow[]): void {
  const [first] = rows;
  if (first && rows.every(({ error }) => error !== undefined)) {
    throw new ScoringError(
      'bad-input',
      `none of the first ${rows.length} rows has a text that can be read; ${placeOf(first)}: ${first.error}`,
    );
  }
}
