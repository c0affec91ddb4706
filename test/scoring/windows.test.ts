import { describe, expect, test } from 'vitest';
import { parseShard, rangeOf } from '../../src/scoring/shard.ts';
import { type Range, WINDOW_ROWS, windowsOf } from '../../src/scoring/windows.ts';
import { blocksOf, collect } from './rows.ts';

const ALL: Range = { start: 0, end: Number.POSITIVE_INFINITY };

const linesOf = (windows: readonly { rows: readonly { line: number }[] }[]): number[] =>
  windows.flatMap(({ rows }) => rows.map(({ line }) => line));

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, at) => from + at + 1);

test('windows have all rows in their order, and begin at multiples of their size', async () => {
  const windows = await collect(windowsOf(blocksOf(2500), ALL));
  expect(linesOf(windows)).toEqual(numbers(0, 2500));
  expect(windows.map(({ end }) => end)).toEqual([WINDOW_ROWS, 2 * WINDOW_ROWS, 2500]);
});

test('an input without rows is one window, for the header', async () => {
  expect((await collect(windowsOf(blocksOf(0), ALL))).map(({ rows }) => rows)).toEqual([[]]);
});

test('columns of JSON are those of the first row', async () => {
  const kept = { json: '{"id":1,"text":"a","text":"b"}' };
  const block = { file: 'a', columns: undefined, share: 1 };
  async function* blocks() {
    yield { ...block, rows: [{ line: 1, kept: undefined, text: undefined, error: 'bad' }] };
    yield { ...block, rows: [{ line: 2, kept, text: 'b', error: undefined }] };
  }
  expect((await collect(windowsOf(blocks(), ALL))).map(({ columns }) => columns)).toEqual([
    ['id', 'text'],
  ]);
});

test('where no row can be read, the first error ends the run', async () => {
  async function* blocks() {
    const rows = [1, 2].map((line) => ({ line, kept: undefined, text: undefined, error: 'bad' }));
    yield { file: 'a.txt', columns: undefined, share: 1, rows };
  }
  await expect(collect(windowsOf(blocks(), ALL))).rejects.toThrow(
    'none of the first 2 rows has a text that can be read; a.txt, line 1: bad',
  );
});

describe('a run that is continued', () => {
  const at = async (rows: number) => {
    const windows = await collect(windowsOf(blocksOf(2500), ALL));
    const window = windows.find(({ end }) => end === rows);
    return { rows, digest: window?.digest() ?? '' };
  };

  test('has the windows that are missing', async () => {
    const from = await at(WINDOW_ROWS);
    const windows = await collect(windowsOf(blocksOf(2500), ALL, from));
    expect(linesOf(windows)).toEqual(numbers(WINDOW_ROWS, 2500));
  });

  test('may have an input that has grown', async () => {
    const from = await at(WINDOW_ROWS);
    const windows = await collect(windowsOf(blocksOf(2600), ALL, from));
    expect(linesOf(windows)).toEqual(numbers(WINDOW_ROWS, 2600));
  });

  test.each([
    ['another row', blocksOf(2500, (line) => (line === 7 ? 'other' : `text ${line}`))],
    ['fewer rows', blocksOf(500)],
  ])('is refused where the input before has %s', async (_, blocks) => {
    const from = await at(WINDOW_ROWS);
    await expect(collect(windowsOf(blocks, ALL, from))).rejects.toThrow(
      'the first 1024 rows of the input are not those of the interrupted run; --force starts again',
    );
  });
});

describe('shards', () => {
  test.each([1, 2, 3, 7])('%i of them have all rows once, in their order', async (count) => {
    const rows = 2500;
    const lines = [];
    for (let index = 0; index < count; index++) {
      lines.push(
        ...linesOf(await collect(windowsOf(blocksOf(rows), rangeOf({ index, count }, rows)))),
      );
    }
    expect(lines).toEqual(numbers(0, rows));
  });

  test('of more than there are windows, the first has rows: it has the header', () => {
    for (const rows of [1, WINDOW_ROWS, 2500]) {
      expect(rangeOf({ index: 0, count: 9 }, rows)).toEqual({
        start: 0,
        end: Math.min(rows, WINDOW_ROWS),
      });
    }
  });

  test('are as large as each other, but for one window', () => {
    const sizes = [0, 1, 2].map((index) => {
      const { start, end } = rangeOf({ index, count: 3 }, 8 * WINDOW_ROWS);
      return (end - start) / WINDOW_ROWS;
    });
    expect(sizes.toSorted()).toEqual([2, 3, 3]);
  });

  test('are written as index and count', () => {
    expect(parseShard('3/4')).toEqual({ index: 3, count: 4 });
    for (const wrong of ['4/4', '1', '-1/4', '0/0', '1/x', '0/4/5', '']) {
      expect(() => parseShard(wrong), wrong).toThrow('expected <index>/<count>');
    }
  });
});
