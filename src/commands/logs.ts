import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseEntry } from '../logs/entry.ts';
import { type Filters, passes } from '../logs/filter.ts';
import { CAUGHT_UP, readFile, readStream } from '../logs/read.ts';
import { unlessMissing } from '../logs/rotation.ts';
import { findTail } from '../logs/tail.ts';
import { createView } from '../logs/view.ts';
import { asJson, since, stdoutPaint, warn } from './options.ts';

/** As many as `tail` shows first. */
const LAST_LINES = 10;

export function addLogs(program: Command): void {
  program
    .command('logs')
    .description(
      'Show a prediction log as it is written: time (UTC), language, label, score, latency, text. ' +
        'A file is followed through its rotations; with --since, its rotated files (.1, .2, …) ' +
        'are read too. Other events are shown unless predictions are filtered.',
    )
    .argument('[file]', 'LOG_FILE of the server; without it or with -, standard input')
    .option(
      '-f, --follow',
      'wait for more lines at the end of the file (default, unless --summary)',
    )
    .option('--no-follow', 'show the whole file and end')
    .addOption(
      new Option(
        '-n, --lines <count>',
        `begin with the last lines that pass (default ${LAST_LINES} while following, without --since)`,
      )
        .argParser(parseCount)
        .conflicts('summary'),
    )
    .option('--since <time>', 'such as 30s, 10m, 2h, 1d ago, or 2026-01-31T12:00 (UTC)', since)
    .option(
      '--language <codes>',
      'such as de,fr; also other and und; may be repeated',
      parseLanguages,
    )
    .option('--label <labels>', 'such as negative; may be repeated', parseLabels)
    .option('--score-below <score>', 'the label’s score is less than that, 0 to 1', parseScore)
    .option('--commit <sha>', 'commit of the model, or how it begins', parseCommit)
    .option('--grep <pattern>', 'regular expression to find in the text, in any case', parsePattern)
    .option('--summary', 'count by language and label instead; Ctrl-C ends what is followed')
    .addOption(asJson())
    .addHelpText(
      'after',
      '\nColours are for terminals; NO_COLOR=1 and FORCE_COLOR=1 decide otherwise.\n\n' +
        'Examples:\n' +
        '  npm start | npx tweet-sentiment logs\n' +
        '  npx tweet-sentiment logs server.log --language de --label negative --score-below 0.6\n' +
        '  npx tweet-sentiment logs server.log --since 10m --summary\n',
    )
    .action(run);
}

interface LogsFlags {
  readonly follow?: boolean;
  readonly lines?: number;
  readonly since?: number;
  readonly language?: ReadonlySet<string>;
  readonly label?: ReadonlySet<string>;
  readonly scoreBelow?: number;
  readonly commit?: string;
  readonly grep?: RegExp;
  readonly summary?: boolean;
  readonly json?: boolean;
}

async function run(file: string | undefined, flags: LogsFlags, command: Command): Promise<void> {
  const filters: Filters = {
    languages: flags.language,
    labels: flags.label,
    scoreBelow: flags.scoreBelow,
    commit: flags.commit,
    grep: flags.grep,
    since: flags.since,
  };
  const path = file === '-' ? undefined : file;
  if (file === undefined && process.stdin.isTTY) {
    command.error('error: name a log file, or pipe a log: npm start | npx tweet-sentiment logs');
  }
  const found = path === undefined ? undefined : await stat(path).catch(unlessMissing);
  if (found?.isDirectory()) {
    command.error(`error: ${path} is a folder; name the log file in it`);
  }
  const follow = flags.follow ?? !flags.summary;
  const last = flags.lines ?? defaultLines(path !== undefined && follow, flags);
  const view = createView({
    filters,
    output: flags.summary ? 'summary' : 'lines',
    json: flags.json === true,
    last,
    paint: stdoutPaint(),
    // A terminal that does not know its width says 0.
    columns: () => (process.stdout.isTTY ? process.stdout.columns || 80 : undefined),
  });

  const isShown = (line: string): boolean => {
    const entry = parseEntry(line);
    return entry !== undefined && passes(entry, filters);
  };
  const batches =
    path === undefined
      ? readStream(process.stdin, interrupted(process.stdin.isTTY ? 1 : 2))
      : found && !found.isFile()
        ? // A pipe with a name, such as <(ssh host cat server.log).
          readStream(createReadStream(path), interrupted(1))
        : readFile(path, {
            follow,
            since: flags.since,
            findStart:
              last === undefined || flags.since !== undefined
                ? undefined
                : (handle) => findTail(handle, last, isShown),
            onWaiting: () => warn(`waiting for ${path}`),
            signal: interrupted(1),
          });
  for await (const batch of batches) {
    if (batch !== CAUGHT_UP) {
      await write(view.push(batch));
    } else {
      await write(view.caughtUp());
      if (flags.summary) {
        warn(`counting on in ${path}; Ctrl-C prints the summary`);
      }
    }
  }
  await write(view.end());
  const foreign = view.foreign();
  if (foreign > 0) {
    warn(foreign === 1 ? '1 line was none of the log' : `${foreign} lines were none of the log`);
  }
}

function defaultLines(
  isFollowing: boolean,
  { since: start, summary }: LogsFlags,
): number | undefined {
  return isFollowing && start === undefined && !summary ? LAST_LINES : undefined;
}

/**
 * Aborted by so many Ctrl-C. A pipe takes two: the first one is for who writes into it, whose last
 * lines are still to come.
 */
function interrupted(times: number): AbortSignal {
  const controller = new AbortController();
  let count = 0;
  const onInterrupt = (): void => {
    count += 1;
    if (count === times) {
      // Should the end take long: the next one ends this process.
      process.off('SIGINT', onInterrupt);
      controller.abort();
    }
  };
  process.on('SIGINT', onInterrupt);
  return controller.signal;
}

/** Waits while the reader is slower. */
async function write(text: string): Promise<void> {
  if (text !== '' && !process.stdout.write(text)) {
    await once(process.stdout, 'drain');
  }
}

function parseCount(value: string): number {
  if (!/^\d{1,9}$/.test(value)) {
    throw new InvalidArgumentError('expected a number of lines');
  }
  return Number(value);
}

function parseLanguages(value: string, previous?: ReadonlySet<string>): ReadonlySet<string> {
  const codes = value.toLowerCase().split(',');
  if (!codes.every((code) => /^([a-z]{2,3}|other)$/.test(code))) {
    throw new InvalidArgumentError('expected codes such as de, or other, or und');
  }
  return new Set([...(previous ?? []), ...codes]);
}

function parseLabels(value: string, previous?: ReadonlySet<string>): ReadonlySet<string> {
  const names = value.toLowerCase().split(',');
  if (names.includes('')) {
    throw new InvalidArgumentError('expected labels such as negative');
  }
  return new Set([...(previous ?? []), ...names]);
}

function parseScore(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || !(number >= 0 && number <= 1)) {
    throw new InvalidArgumentError('expected a number from 0 to 1');
  }
  return number;
}

function parseCommit(value: string): string {
  if (!/^[0-9a-f]{4,64}$/i.test(value)) {
    throw new InvalidArgumentError('expected at least four hexadecimal digits');
  }
  return value.toLowerCase();
}

function parsePattern(value: string): RegExp {
  try {
    return new RegExp(value, 'iu');
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
