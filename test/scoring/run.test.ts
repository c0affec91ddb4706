/** A shard that is continued: only with the input that it had. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { openOutput } from '../../src/scoring/output/file-sink.ts';
import { createRowFormat } from '../../src/scoring/output/format-rows.ts';
import { type RunResult, runScoring } from '../../src/scoring/run.ts';
import { WINDOW_ROWS } from '../../src/scoring/windows.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { echo } from './rows.ts';

const classifier = { ...echo, labels: ['negative', 'positive'], close: async () => undefined };
const model = { name: 'm', commit: 'c', tag: undefined, profile: undefined, classifier };
const ROWS = 3 * WINDOW_ROWS;

let file: string;
let output: string;
let complete: string;

const write = (rows: number, textOf = (line: number) => `text ${line}`) =>
  writeFileSync(file, Array.from({ length: rows }, (_, at) => `${textOf(at + 1)}\n`).join(''));

/** @param isKilled after the last row, before the output has its name. */
async function run(index: number, isKilled = false): Promise<RunResult> {
  const sink = await openOutput(output, {}, 'resume');
  try {
    return await runScoring(model, {
      files: [file],
      input: { format: 'lines', textColumn: 'text', reserved: new Set() },
      format: createRowFormat('csv', { labels: classifier.labels, prefix: '' }),
      shard: { index, count: 3 },
      sink: isKilled ? { ...sink, complete: () => Promise.reject(new Error('killed')) } : sink,
      ...{ maxChars: 100, isStrict: false, concurrency: 2 },
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
  } finally {
    await sink.close();
  }
}

beforeEach(async () => {
  const folder = temporaryFolder();
  file = join(folder, 'in.txt');
  output = join(folder, 'out.csv');
  write(ROWS);
  await run(1);
  complete = readFileSync(output, 'utf8');
  output = join(folder, 'killed.csv');
  await expect(run(1, true)).rejects.toThrow('killed');
});

test('whose last row was written is completed', async () => {
  expect(await run(1)).toMatchObject({ isComplete: true, resumedAt: WINDOW_ROWS });
  expect(readFileSync(output, 'utf8')).toBe(complete);
});

test.each([
  ['of the shard', WINDOW_ROWS + 7],
  ['before it', 7],
])('is refused where a row %s is another one', async (_, changed) => {
  write(ROWS, (line) => (line === changed ? 'other' : `text ${line}`));
  await expect(run(1)).rejects.toThrow(
    `the first ${2 * WINDOW_ROWS} rows of the input are not those of the interrupted run`,
  );
});

test.each([
  ['more rows, and the shard starts at another one', 2 * ROWS],
  ['fewer rows, and the shard ends at another one', WINDOW_ROWS + 500],
  ['no rows of the shard', WINDOW_ROWS],
])('is refused where the input has %s', async (_, rows) => {
  write(rows);
  await expect(run(1)).rejects.toThrow(
    'the input has another number of rows than in the interrupted run',
  );
});
