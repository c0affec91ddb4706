import { appendFileSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { predictionLine } from '../logs/lines.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { PINNED } from '../support/pinned.ts';
import { runCommand, startCommand, startServer } from '../support/server.ts';

let folder: string;
let path: string;

beforeAll(() => {
  folder = temporaryFolder();
  path = join(folder, 'predictions.log');
  const lines = Array.from({ length: 30 }, (_, index) =>
    predictionLine({ input: `text ${index}`, language: index % 2 ? 'de' : 'en' }),
  );
  writeFileSync(path, `${lines.join('\n')}\n`);
});

/** Starts `logs`, which runs until a signal ends it. */
function startLogs(args: readonly string[]) {
  const { child, exited } = startCommand(['logs', ...args]);
  const seen = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    seen.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    seen.err += chunk;
  });
  return { child, seen, exited };
}

const until = (condition: () => void): Promise<void> => vi.waitFor(condition, { timeout: 30_000 });
const textsIn = (output: string): string[] => output.match(/text \d+/g) ?? [];

describe('a wrong argument ends with exit code 2 and one line with the reason', () => {
  test.each<[string, string[], string]>([
    ['a time', ['--since', 'yesterdayish'], 'expected 30s, 10m, 2h, 1d, or a time'],
    ['a score', ['--score-below', '2'], 'expected a number from 0 to 1'],
    ['an empty score', ['--score-below', ' '], 'expected a number from 0 to 1'],
    ['a pattern', ['--grep', '('], 'Invalid regular expression: /(/iu: Unterminated group'],
    ['a language', ['--language', 'german'], 'expected codes such as de'],
    ['a label', ['--label', 'negative,'], 'expected labels such as negative'],
    ['a commit', ['--commit', 'main'], 'expected at least four hexadecimal digits'],
    ['a count', ['-n', '-1'], 'expected a number of lines'],
    ['lines of a summary', ['-n', '1', '--summary'], 'cannot be used with option'],
    ['a folder', ['.'], '. is a folder; name the log file in it'],
    ['an option', ['--frobnicate'], "unknown option '--frobnicate'"],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await runCommand(['logs', ...args]);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

test('a missing file ends with exit code 2, unless it is followed', async () => {
  const missing = join(folder, 'missing.log');
  const { code, stderr } = await runCommand(['logs', missing, '--no-follow']);
  expect(stderr).toBe(`tweet-sentiment: ${missing} does not exist\n`);
  expect(code).toBe(2);

  const { child, seen, exited } = startLogs([missing]);
  await until(() => expect(seen.err).toBe(`tweet-sentiment: waiting for ${missing}\n`));
  writeFileSync(missing, `${predictionLine({ input: 'text 1' })}\n`);
  await until(() => expect(textsIn(seen.out)).toEqual(['text 1']));
  child.kill('SIGINT');
  expect(await exited).toEqual({ code: 0, signal: null });
});

test('the last lines of a file are shown, then it is followed', async () => {
  const copy = join(folder, 'followed.log');
  writeFileSync(copy, readFileSync(path));
  const { child, seen, exited } = startLogs([copy, '--language', 'de', '-n', '3']);
  await until(() => expect(textsIn(seen.out)).toEqual(['text 25', 'text 27', 'text 29']));
  appendFileSync(copy, `${predictionLine({ input: 'text 30', language: 'de' })}\n`);
  await until(() => expect(textsIn(seen.out).at(-1)).toBe('text 30'));
  child.kill('SIGINT');
  expect(await exited).toEqual({ code: 0, signal: null });
});

test('without following, the whole file is shown, or its last lines with -n', async () => {
  const all = await runCommand(['logs', path, '--no-follow']);
  expect(textsIn(all.stdout)).toHaveLength(30);
  // Colours and widths are a terminal's.
  expect(all.stdout).not.toContain('\u001b');
  const some = await runCommand(['logs', path, '--no-follow', '--json', '-n', '2']);
  expect(some.stdout).toBe(
    `${readFileSync(path, 'utf8').trimEnd().split('\n').slice(-2).join('\n')}\n`,
  );
});

test('several files are read in the order of their times: compressed, of Docker, as they are', async () => {
  const inputs = ['text 1', 'text 2', 'text 3'];
  const [first, second, third] = inputs.map((input, at) =>
    predictionLine({ input, timestamp: `2026-01-31T12:00:0${at}.000Z` }),
  ) as [string, string, string];
  const files = ['c.log', 'a.log', 'b'].map((name) => join(folder, name));
  const [compressed, container, plain] = files as [string, string, string];
  writeFileSync(compressed, gzipSync(`${first}\n`));
  const record = { log: `${second}\n`, stream: 'stdout', time: '2026-01-31T12:00:01.123456789Z' };
  writeFileSync(container, `${JSON.stringify(record)}\n`);
  writeFileSync(plain, `${third}\n`);
  const all = await runCommand(['logs', plain, container, compressed, '--json']);
  expect(all).toMatchObject({
    code: 0,
    stderr: '',
    stdout: `${[first, second, third].join('\n')}\n`,
  });

  for (const file of files) {
    const one = await runCommand(['logs', file, '--no-follow', '--json', '-n', '1']);
    expect(one).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('text') });
  }
  const followed = await runCommand(['logs', compressed, '--follow']);
  expect(followed).toMatchObject({
    code: 2,
    stderr: 'error: --follow is for one file that is not compressed\n',
  });
});

test('a filter value that no prediction has is named, with those that are there', async () => {
  const { code, stdout, stderr } = await runCommand([
    ...['logs', path, '--no-follow', '--label', 'postive', '--language', 'de,fr'],
  ]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toBe(
    'tweet-sentiment: no prediction has the language fr; found: de, en\n' +
      'tweet-sentiment: no prediction has the label postive; found: positive\n',
  );
});

test('FORCE_COLOR colours the output', async () => {
  const args = ['logs', path, '--no-follow', '-n', '1'];
  const { stdout } = await runCommand(args, { FORCE_COLOR: '1' });
  expect(stdout).toContain('\u001b[32mpositive');
});

test('Ctrl-C ends a summary that is followed, and prints it', async () => {
  const { child, seen, exited } = startLogs([path, '--summary', '--json', '--follow']);
  await until(() => expect(seen.err).toContain('Ctrl-C prints the summary'));
  expect(seen.out).toBe('');
  child.kill('SIGINT');
  expect(await exited).toEqual({ code: 0, signal: null });
  expect(JSON.parse(seen.out).all.predictions).toBe(30);
});

test('after the first Ctrl-C, a pipe is read to its end', async () => {
  const { child, seen, exited } = startLogs([]);
  child.stdin.write(`${predictionLine({ input: 'text 1' })}\n> npm noise\n`);
  await until(() => expect(textsIn(seen.out)).toEqual(['text 1']));
  child.kill('SIGINT');
  child.stdin.end(`${predictionLine({ input: 'text 2' })}\n`);
  expect(await exited).toEqual({ code: 0, signal: null });
  expect(textsIn(seen.out)).toEqual(['text 1', 'text 2']);
  expect(seen.err).toBe('tweet-sentiment: 1 line was not from the log\n');
});

test('a second Ctrl-C ends reading from a pipe', async () => {
  const { child, seen, exited } = startLogs(['-']);
  child.stdin.on('error', () => {});
  child.stdin.write(`${predictionLine({ input: 'text 1' })}\n`);
  await until(() => expect(textsIn(seen.out)).toEqual(['text 1']));
  child.kill('SIGINT');
  // Once the next line is shown, the first signal has been handled.
  child.stdin.write(`${predictionLine({ input: 'text 2' })}\n`);
  await until(() => expect(textsIn(seen.out)).toEqual(['text 1', 'text 2']));
  child.kill('SIGINT');
  expect(await exited).toEqual({ code: 0, signal: null });
});

test('the log of a running server is shown', async () => {
  const logs = join(folder, 'live');
  mkdirSync(logs);
  const file = join(logs, 'server.log');
  const { child, seen, exited } = startLogs([file]);
  const server = await startServer({ LOG_FILE: file });
  await server.predict({
    inputs: ['Guten Morgen zusammen, der Kaffee ist kalt', 'What a day\u001b[2J\n!'],
  });
  await server.stop();
  await until(() => expect(seen.out).toContain('stopped'));
  child.kill('SIGINT');
  expect(await exited).toEqual({ code: 0, signal: null });
  expect(seen.out).toContain(`commit ${PINNED}`);
  expect(seen.out).toMatch(
    /^\S+ {2}de {4}\w+ .* [\d.]+ m?s {2}Guten Morgen zusammen, der Kaffee ist kalt$/m,
  );
  expect(seen.out).toMatch(/What a day !$/m);
  expect(seen.out).not.toContain('\u001b');

  // The same through standard input, from a file.
  const args = ['logs', '--language', 'de', '--json'];
  const piped = startCommand(args, {}, { stdio: [openSync(file, 'r'), 'pipe', 'inherit'] });
  const [line, ...others] = (await text(piped.child.stdout))
    .trimEnd()
    .split('\n')
    .map((json) => JSON.parse(json));
  expect(others).toEqual([]);
  expect(line).toEqual(server.lines.find(({ language }) => language === 'de'));
});
