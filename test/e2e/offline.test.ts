/** `predict`: the texts of files, without a server. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { compose } from '../../src/simulate/compose.ts';
import de from '../../src/simulate/phrases/de.json' with { type: 'json' };
import en from '../../src/simulate/phrases/en.json' with { type: 'json' };
import { createRandom } from '../../src/simulate/random.ts';
import { poll } from '../../tools/launch.mjs';
import { temporaryFolder } from '../support/git-version.ts';
import { MULTILINGUAL, PINNED, PINNED_TAG } from '../support/pinned.ts';
import { runCommand, startCommand, startServer } from '../support/server.ts';

const folder = temporaryFolder();

function fileWith(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

const random = createRandom(1);
const TEXTS = Array.from({ length: 60 }, (_, at) =>
  compose(
    at % 3 === 0 ? de : en,
    (['negative', 'neutral', 'positive'] as const)[at % 3] ?? 'neutral',
    random,
  ),
);
/** A text that has more tokens than the model's window. */
const LONG = 'so good '.repeat(600);

describe('what is written', () => {
  test('has the scores of a server with the same version, and the columns of the input', async () => {
    const texts = [...TEXTS, LONG, ' '];
    const file = fileWith(
      'in.jsonl',
      texts.map((value, at) => `{"id":${at}, "text":${JSON.stringify(value)}}\n`).join(''),
    );
    const output = join(folder, 'out.jsonl');
    const args = ['predict', file, '--output', output, '--model-commit', MULTILINGUAL, '--json'];
    const { code, stdout, stderr } = await runCommand(args);
    expect([code, stdout]).toEqual([0, '']);

    const server = await startServer({
      ...{ MODEL_COMMIT: MULTILINGUAL, MAX_INPUTS: '100', REQUEST_TIMEOUT_MS: '120000' },
    });
    const answer = await server.predict({ inputs: texts.slice(0, -1) });
    const { predictions } = (await answer.json()) as { predictions: Record<string, unknown>[] };
    await server.stop();
    const found = readFileSync(output, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(found.slice(0, -1)).toEqual(
      predictions.map(({ id: _, ...prediction }, at) => ({
        id: at,
        text: texts[at],
        ...prediction,
      })),
    );
    expect(found.at(-1)).toEqual({
      ...{ id: 61, text: ' ' },
      error: 'the text is empty or blank; it needs at least one character',
    });

    const summary = JSON.parse(stderr);
    expect(summary).toMatchObject({
      ...{ model: 'tweet-sentiment', commit: MULTILINGUAL, complete: true },
      ...{ rows: 62, classified: 61, errors: 1, truncated: 1 },
      error_examples: [`${file}, line 62: ${found.at(-1).error}`],
    });
    const germans = predictions.filter(({ language }) => language === 'de').length;
    expect(summary.languages.de).toBe(germans);
    expect(summary.drift.features.map(({ feature }: { feature: string }) => feature)).toContain(
      'label',
    );
  });

  test('goes to standard output as CSV, and the summary to standard error', async () => {
    const { child, exited } = startCommand(['predict', '--format', 'csv']);
    child.stdin.end('id,text\n1,"What a wonderful\nday!"\n2,\n');
    const [stdout, stderr, { code }] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      exited,
    ]);
    const [header, first, day, second] = stdout.split('\n');
    expect(code).toBe(0);
    expect(header).toBe(
      'id,text,label,score,score_negative,score_neutral,score_positive,language,truncated,error',
    );
    expect([first, day]).toEqual([
      '1,"What a wonderful',
      expect.stringMatching(/^day!",positive,0\./),
    ]);
    expect(second).toBe('2,,,,,,,,,the text is empty or blank; it needs at least one character');
    expect(stderr.split('\n').slice(0, 6)).toEqual([
      `tweet-sentiment ${PINNED_TAG} ${PINNED}`,
      expect.stringMatching(/^2 rows; \d+:\d\d min, \d+ rows\/s$/),
      'labels: positive 100.0 %',
      'languages: English (en) 100.0 %',
      'not classified: 1 row',
      '  standard input, line 4: the text is empty or blank; it needs at least one character',
    ]);
  });

  test('ends quietly where its reader has enough', async () => {
    const file = fileWith('many.txt', 'Train is late\n'.repeat(20_000));
    const { child, exited } = startCommand(['predict', file]);
    child.stdout.once('data', () => child.stdout.destroy());
    const [stderr, { code, signal }] = await Promise.all([text(child.stderr), exited]);
    expect([code, signal, stderr]).toEqual([0, null, '']);
  });
});

describe('a run of several windows', () => {
  const count = 3_200;
  const file = fileWith(
    'long.csv',
    `n,text\n${Array.from({ length: count }, (_, at) => `${at},Train ${at} is late again\n`).join('')}`,
  );
  let run: ReturnType<typeof runCommand> | undefined;
  /** What one run writes. */
  const whole = async () => (await (run ??= runCommand(['predict', file]))).stdout;

  test('has the same bytes where it was killed again and again, and resumed', async () => {
    const output = join(temporaryFolder(), 'out.csv');
    const args = ['predict', file, '--output', output, '--resume', '--json'];
    const rowsWritten = () => {
      try {
        const { progress } = JSON.parse(readFileSync(`${output}.checkpoint`, 'utf8'));
        return progress.rows as number;
      } catch {
        return 0;
      }
    };
    for (let before = 0, kills = 0; kills < 2; kills++) {
      const { child, exited } = startCommand(args);
      const advanced = await poll(async () => rowsWritten(), {
        accept: (rows: number) => rows > before || child.exitCode !== null,
        intervalMs: 5,
      });
      child.kill('SIGKILL');
      expect((await exited).signal).toBe('SIGKILL');
      before = advanced;
    }
    const { code, stderr } = await runCommand(args);
    expect(code).toBe(0);
    expect(readFileSync(output, 'utf8')).toBe(await whole());
    const summary = JSON.parse(stderr);
    expect(summary).toMatchObject({ complete: true, rows: count, classified: count });
    expect(summary.resumed_at).toBeGreaterThanOrEqual(1024);
    expect(readdirSync(join(output, '..'))).toEqual(['out.csv']);

    const again = await runCommand(args);
    expect([again.code, again.stderr]).toEqual([
      0,
      `tweet-sentiment: ${output} is complete: there is nothing to resume\n`,
    ]);
  });

  test('is written as far as it was when SIGTERM ends it', async () => {
    const output = join(temporaryFolder(), 'out.csv');
    const { child, exited } = startCommand(['predict', file, '--output', output]);
    await poll(async () => readdirSync(join(output, '..')), {
      accept: (files: string[]) => files.includes('out.csv.checkpoint'),
      intervalMs: 5,
    });
    child.kill('SIGTERM');
    const [stderr, { code }] = await Promise.all([text(child.stderr), exited]);
    expect(code).toBe(2);
    expect(stderr).toContain('interrupted: the output is not complete; --resume continues it\n');

    const other = ['predict', file, '--output', output, '--resume', '--model-commit', MULTILINGUAL];
    const refused = await runCommand(other);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      `tweet-sentiment: ${output}.checkpoint: model commit: expected that of the interrupted run, ` +
        `${PINNED}, found ${MULTILINGUAL}: --force starts again\n`,
    ]);
    const resumed = await runCommand(['predict', file, '--output', output, '--resume']);
    expect(resumed.code).toBe(0);
    expect(readFileSync(output, 'utf8')).toBe(await whole());
  });

  test('ends by SIGTERM while it waits for standard input', async () => {
    const output = join(temporaryFolder(), 'out.csv');
    const { child, exited } = startCommand(['predict', '--output', output]);
    child.stdin.write('a text\nhalf of');
    await poll(async () => readdirSync(join(output, '..')), {
      accept: (files: string[]) => files.includes('out.csv.partial'),
      intervalMs: 5,
    });
    child.kill('SIGTERM');
    expect((await exited).code).toBe(2);
    expect(existsSync(`${output}.partial`)).toBe(false);
  });

  test.each(['', '{"text":"a"}\n'])('is that of shards without rows: %j', async (content) => {
    const args = ['predict', fileWith('few.jsonl', content), '--output-format', 'csv', '--shard'];
    const shards = ['0/2', '1/2', '0/1'].map((shard) => runCommand([...args, shard]));
    const [first, second, all] = await Promise.all(shards);
    expect(`${first?.stdout}${second?.stdout}`).toBe(all?.stdout);
  });
});

describe('an error ends with its exit code and one line', () => {
  const good = fileWith('good.txt', 'a good text\n');
  const blank = fileWith('blank.txt', 'a good text\n\n');

  test.each<[string, string[], number, string]>([
    ['a file that is not there', ['none.txt'], 2, 'none.txt does not exist'],
    ['a folder', ['src'], 2, 'src is a folder: expected a file'],
    [
      'an output that is there',
      [good, '--output', blank],
      2,
      `${blank} exists already; --force replaces it`,
    ],
    [
      'an output that is the input',
      [good, '--output', good, '--force'],
      2,
      `${good} is an input: expected another file for the output`,
    ],
    [
      'an output without a folder',
      [good, '--output', 'none/out.csv'],
      2,
      'none/out.csv.partial does not exist',
    ],
    [
      'another column',
      [fileWith('a.csv', 'id,tweet\n1,a\n')],
      2,
      `${join(folder, 'a.csv')}: expected a column "text", found "id", "tweet"; --text-column names another one`,
    ],
    [
      '--strict and a blank text',
      [blank, '--strict', '--output', join(folder, 'strict.csv')],
      1,
      `${blank}, line 2: the text is empty or blank; it needs at least one character`,
    ],
  ])('%s', async (_, args, code, message) => {
    const found = await runCommand(['predict', ...args]);
    expect([found.code, found.stderr, found.stdout]).toEqual([
      code,
      `tweet-sentiment: ${message}\n`,
      '',
    ]);
  });

  test.each<[string[], string]>([
    [['--shard', '4/4', good], 'expected <index>/<count>'],
    [['--shard', '0/2'], "option '--shard <i/n>' needs files"],
    [['--resume', good], "option '--resume' is for --output"],
    [['--resume', '--force', '--output', 'x', good], "cannot be used with option '--force'"],
    [['--format', 'xml', good], 'Allowed choices are lines, csv, tsv, jsonl, parquet'],
  ])('%j', async (args, message) => {
    const { code, stderr } = await runCommand(['predict', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
