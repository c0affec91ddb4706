/** Rows of an input, whatever its format is. */

/** What the output keeps of a row: a value for each column, or a JSON object as it was written. */
export type Kept = { readonly cells: readonly string[] } | { readonly json: string };

export interface Row {
  /** The number of its first line in the file, from 1; in a Parquet file, of the row. */
  readonly line: number;
  /** Undefined where the row could not be read. */
  readonly kept: Kept | undefined;
  /** Undefined where the row has none, or could not be read. */
  readonly text: string | undefined;
  /** What is wrong with a row that has no text, such as `is not valid UTF-8`. */
  readonly error: string | undefined;
}

export interface RowBlock {
  readonly file: string;
  /** The names of the cells; undefined for JSON Lines, where each row has its own. */
  readonly columns: readonly string[] | undefined;
  readonly rows: readonly Row[];
  /** How much of the input was read, 0 to 1; undefined where its size is not known. */
  readonly share: number | undefined;
}

/** Rows of a part of a file; `done`: how many of its bytes, as they are stored, were read by then. */
export type FileBlock = Pick<RowBlock, 'columns' | 'rows'> & { readonly done: number };

/** A row that could not be read. */
export function brokenRow(line: number, error: string, kept?: Kept): Row {
  return { line, kept, text: undefined, error };
}
