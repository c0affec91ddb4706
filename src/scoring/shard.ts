/** The part of the rows that one of several machines scores. */
import { type Range, WINDOW_ROWS } from './windows.ts';

export interface Shard {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

const EXPECTED = 'expected <index>/<count>, the index from 0 to below the count, such as 0/4';

/** @throws RangeError where it is something else. */
export function parseShard(value: string): Shard {
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(value) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (!(shard.index < shard.count)) {
    throw new RangeError(EXPECTED);
  }
  return shard;
}

/**
 * Shards are consecutive rows, as many windows each as the others or one more: their outputs, one after the
 * other, are the output of all rows. The first has rows where there are any, since it has the header.
 */
export function rangeOf({ index, count }: Shard, rows: number): Range {
  const windows = Math.ceil(rows / WINDOW_ROWS);
  const startOf = (at: number): number =>
    Math.min(rows, Math.ceil((at * windows) / count) * WINDOW_ROWS);
  return { start: startOf(index), end: startOf(index + 1) };
}
