import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  type InputFormat,
  inputFormatOf,
  outputFormatOf,
} from '../../../src/scoring/input/formats.ts';
import { readRows, sizeOf } from '../../../src/scoring/input/read.ts';
import type { RowBlock } from '../../../src/scoring/input/row.ts';
import { temporaryFolder } from '../../support/git-version.ts';
import { ROOT } from '../../support/server.ts';

const folder = temporaryFolder();
let files = 0;

function fileWith(content: string | Buffer): string {
  const file = join(folder, `${files++}`);
  writeFileSync(file, content);
  return file;
}

async function read(format: InputFormat, ...paths: string[]): Promise<RowBlock[]> {
  const options = { format, textColumn: 'text', reserved: new Set(['label']) };
  const blocks: RowBlock[] = [];
  for await (const block of readRows(paths, options)) {
    blocks.push(block);
  }
  return blocks;
}

/** Line, text, error and what is kept of each row. */
async function rowsOf(format: InputFormat, ...contents: (string | Buffer)[]) {
  const blocks = await read(format, ...contents.map(fileWith));
  return blocks.flatMap(({ rows }) =>
    rows.map(({ line, text, error, kept }) => [
      line,
      text ?? error,
      kept && Object.values(kept)[0],
    ]),
  );
}

describe('lines', () => {
  test('are texts, blank ones too', async () => {
    expect(await rowsOf('lines', '\ufeffa\r\n\nb')).toEqual([
      [1, 'a', ['a']],
      [2, '', ['']],
      [3, 'b', ['b']],
    ]);
  });

  test('bytes that are no UTF-8 are an error of their row', async () => {
    expect(await rowsOf('lines', Buffer.from('a\n\xff\nb\n', 'latin1'))).toEqual([
      [1, 'a', ['a']],
      [2, 'the row is not valid UTF-8', ['\ufffd']],
      [3, 'b', ['b']],
    ]);
  });

  test('a row that is too long is an error', async () => {
    expect(await rowsOf('lines', `${'x'.repeat(300_000)}\nb\n`)).toEqual([
      [1, 'the row has more than 256 KiB, which is the most that is allowed', undefined],
      [2, 'b', ['b']],
    ]);
  });

  test('of compressed files, one file after the other, with the share that was read', async () => {
    const paths = [fileWith(gzipSync('a\nb\n')), fileWith('c\n')];
    const blocks = await read('lines', ...paths);
    expect(blocks.flatMap(({ rows }) => rows.map(({ text }) => text))).toEqual(['a', 'b', 'c']);
    expect(blocks.at(-1)?.share).toBe(1);
  });

  test('of a pipe, whose size is not known', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [blocks] = await Promise.all([
      read('lines', pipe),
      import('node:fs/promises').then(({ writeFile }) => writeFile(pipe, 'a\n')),
    ]);
    expect(blocks.flatMap(({ rows, share }) => rows.map(({ text }) => [text, share]))).toEqual([
      ['a', undefined],
    ]);
  });
});

describe('CSV and TSV', () => {
  test('the other columns are kept', async () => {
    expect(await rowsOf('csv', 'id,text\n1,"a, b"\n\n2,"c\nd"\r\n')).toEqual([
      [2, 'a, b', ['1', 'a, b']],
      [4, 'c\nd', ['2', 'c\nd']],
    ]);
    expect(await rowsOf('tsv', 'text\tid\na, b\t1\n')).toEqual([[2, 'a, b', ['a, b', '1']]]);
  });

  test('a row with other fields than the header is an error, named by its line', async () => {
    expect(await rowsOf('csv', 'id,text\n1\n2,b,c\n3,"d"e\n4,f\n')).toEqual([
      [2, 'the row has 1 fields; the first line has 2', ['1', '']],
      [3, 'the row has 3 fields; the first line has 2', ['2', 'b']],
      [4, 'the row has characters after the end of a quoted field', undefined],
      [5, 'f', ['4', 'f']],
    ]);
  });

  test('a header alone has columns', async () => {
    const blocks = await read('csv', fileWith('id,text\n'));
    expect(blocks.map(({ columns, rows }) => [columns, rows])).toContainEqual([['id', 'text'], []]);
  });

  test('several files have the same columns', async () => {
    expect(await rowsOf('csv', 'text\na\n', 'text\nb\n')).toEqual([
      [2, 'a', ['a']],
      [2, 'b', ['b']],
    ]);
    await expect(rowsOf('csv', 'text\na\n', 'id,text\n1,b\n')).rejects.toThrow(
      /: expected the columns of the first file \(text\), found id, text$/,
    );
  });
});

describe('JSON Lines', () => {
  test('objects are kept as they were written', async () => {
    const json = '{"id": 9007199254740993, "text": "a"}';
    expect(await rowsOf('jsonl', `${json}\n\n {"text":"\\ud800"} \n`)).toEqual([
      [1, 'a', json],
      [3, '\ud800', '{"text":"\\ud800"}'],
    ]);
  });

  test.each<[string, string]>([
    ['{bad', 'the row is not valid JSON'],
    ['[1]', 'the row is no JSON object'],
    ['null', 'the row is no JSON object'],
    ['{"id":1}', 'the row has no field "text"; --text-column names another one'],
    ['{"text":null}', 'the field "text" is null; expected a text'],
    ['{"text":["a"]}', 'the field "text" is an array; expected a text'],
    [
      '{"text":"a","label":1}',
      'the row has a field "label", which is also one of the output\'s; --prefix puts a text before the output\'s',
    ],
  ])('%s', async (line, error) => {
    expect((await rowsOf('jsonl', `${line}\n`)).map(([, found]) => found)).toEqual([error]);
  });
});

test('Parquet: null, nested values, bytes and integers of 64 bits', async () => {
  // Made with pyarrow: two row groups of two rows, Snappy.
  const blocks = await read('parquet', join(ROOT, 'test/fixtures/rows.parquet'));
  const rows = blocks.flatMap((block) => block.rows);
  expect(blocks[0]?.columns).toEqual(['id', 'text', 'tags', 'user', 'at', 'raw']);
  expect(rows.map(({ line, text, error }) => [line, text ?? error])).toEqual([
    [1, 'What a wonderful day!'],
    [2, 'the field "text" is null; expected a text'],
    [3, 'Guten Morgen'],
    [4, ''],
  ]);
  expect(rows[0]?.kept).toEqual({
    json:
      '{"id":9007199254740993,"text":"What a wonderful day!","tags":["a","b"],' +
      '"user":{"name":"x","n":1.5},"at":"2026-01-02T03:04:05.000","raw":"/wA="}',
  });
  expect(blocks.at(-1)?.share).toBe(1);
});

test('Parquet: decimals, timestamps, dates and JSON have all of their digits', async () => {
  // Made with pyarrow.
  const blocks = await read('parquet', join(ROOT, 'test/fixtures/digits.parquet'));
  expect(blocks.flatMap(({ rows }) => rows).map(({ kept }) => kept)).toEqual([
    {
      json:
        '{"2024":1,"text":"What a wonderful day!","price":9007199254740993.07,' +
        '"wide":-1234567890123456789012345678.0123456789,"micros":"2024-05-06T07:08:09.123456Z",' +
        '"nanos":"2024-05-06T07:08:09.123456789Z","local":"2024-05-06T07:08:09.123","day":"2024-05-06",' +
        '"json":{"id": 9007199254740993},"times":["2024-05-06T07:08:09.123456Z"]}',
    },
    {
      json:
        '{"2024":null,"text":"Guten Morgen","price":-0.10,"wide":null,"micros":"1969-12-31T23:59:59.999999Z",' +
        '"nanos":null,"local":null,"day":"1960-01-01","json":null,"times":null}',
    },
  ]);
});

describe('what can not be read as a whole', () => {
  test.each<[InputFormat, string | Buffer, string]>([
    ['csv', '', ' is empty: expected a line with the names of columns'],
    [
      'csv',
      'id,tweet\n1,a\n',
      ': expected a column "text", found "id", "tweet"; --text-column names another one',
    ],
    ['csv', Buffer.from('text,größe\n', 'latin1'), ': expected names in UTF-8, found text,gr'],
    ['csv', 'text,id,id\n', ': two columns have the name "id"'],
    [
      'csv',
      'text,label\n',
      ' has a column "label", which is also one of the output\'s; --prefix puts a text before the output\'s',
    ],
    ['csv', 'text\na\n"b\nc\n', ', line 3: a quoted field is never closed'],
    ['lines', Buffer.from('\ufeffa\n', 'utf16le'), ': expected UTF-8, found UTF-16'],
    [
      'lines',
      gzipSync('a\n'.repeat(1000)).subarray(0, 15),
      ': damaged or incomplete gzip data (unexpected end of file)',
    ],
    ['parquet', 'text\na\n', "can't be read as Parquet"],
  ])('%s %#', async (format, content, message) => {
    await expect(rowsOf(format, content)).rejects.toThrow(message);
  });

  test('a folder, and a file that is not there', async () => {
    await expect(sizeOf(folder)).rejects.toThrow(`${folder} is a folder: expected a file`);
    await expect(sizeOf(join(folder, 'none'))).rejects.toThrow('ENOENT');
  });
});

describe('formats by name', () => {
  test.each<[string[], InputFormat]>([
    [['-'], 'lines'],
    [['a.txt', 'b'], 'lines'],
    [['a.CSV', 'b.csv.gz'], 'csv'],
    [['a.tsv'], 'tsv'],
    [['a.jsonl.gz', 'b.ndjson'], 'jsonl'],
    [['a.parquet'], 'parquet'],
  ])('%j', (names, format) => {
    expect(inputFormatOf(names)).toBe(format);
  });

  test('files of several formats are refused', () => {
    expect(() => inputFormatOf(['a.csv', 'b.jsonl'])).toThrow(
      'a.csv is csv and b.jsonl is jsonl: expected files of one format; --format names that of all',
    );
  });

  test('the output has the format of its name, else one that keeps the values', () => {
    expect(outputFormatOf('a.jsonl', 'csv')).toBe('jsonl');
    expect(outputFormatOf('a.csv', 'jsonl')).toBe('csv');
    expect(outputFormatOf(undefined, 'tsv')).toBe('csv');
    expect(outputFormatOf('a.out', 'parquet')).toBe('jsonl');
    for (const name of ['a.tsv', 'a.parquet']) {
      expect(() => outputFormatOf(name, 'csv')).toThrow(
        `${name}: the output is CSV or JSON Lines; expected a name with .csv or .jsonl, or --output-format`,
      );
    }
  });
});
