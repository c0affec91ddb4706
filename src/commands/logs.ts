import { once } from 'node:events';
import { createReadStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseEntry } from '../logs/entry.ts';
import { type Filters, passes } from '../logs/filter.ts';
import { type Batch, CAUGHT_UP, readFile, readStream } from '../logs/read.ts';
import { unlessMissing } from '../logs/rotation.ts';
import { findTail } from '../logs/tail.ts';
import { createView, type View } from '../logs/view.ts';
import { formatQuantity } from '../terminal/numbers.ts';
import { share, since } from './flag-values.ts';
import { interruptSignal } from './interrupt.ts';
import { asJson } from './options.ts';
import { stdoutPaint, warn } from './output.ts';

/** As many as `tail` shows first. */
const LAST_LINES = 10;

/** Of a terminal that does not know its width. */
const DEFAULT_COLUMNS = 80;

export function addLogs(program: Command): void {
  program
    .command('logs')
    .description(
      'Show a prediction log, one line per prediction: time (UTC), language, label, score, latency, ' +
        'text. By default, a file is followed: new lines are shown when they are written, also after ' +
        'the file was rotated. Other events of the server are shown too, unless a flag filters ' +
        'predictions.',
    )
    .argument('[file]', 'the LOG_FILE of the server; without it, or with -, standard input')
    .option(
      '-f, --follow',
      'wait for more lines at the end of the file (the default, except with --summary)',
    )
    .option('--no-follow', 'end at the end of the file')
    .addOption(
      new Option(
        '-n, --lines <count>',
        'start with this many of the last lines that pass the filters (default: ' +
          `${LAST_LINES} where the file is followed, without --since; else all)`,
      )
        .argParser(parseCount)
        .conflicts('summary'),
    )
    .option(
      '--since <time>',
      'only lines since a time, such as 2026-01-31T12:00 (UTC), or of the last 30s, 10m, 2h or 1d; ' +
        'also reads rotated files (.1, .2, …)',
      since,
    )
    .option(
      '--language <codes>',
      'only these languages, such as de,fr; also "other" and "und" (undetermined); repeatable',
      parseLanguages,
    )
    .option('--label <labels>', 'only these labels, such as negative; repeatable', parseLabels)
    .option('--score-below <score>', 'only scores below this value, from 0 to 1', share)
    .option(
      '--commit <sha>',
      'only this commit of the model, or commits that start with these digits',
      parseCommit,
    )
    .option(
      '--grep <pattern>',
      'only texts that match this regular expression; upper and lower case are the same',
      parsePattern,
    )
    .option(
      '--summary',
      'count predictions by language and label instead of showing them; with --follow, Ctrl-C ' +
        'prints the summary',
    )
    .addOption(asJson('print lines unchanged, the summary as JSON'))
    .addHelpText('after', HELP)
    .action(run);
}

const HELP = `
Output to a terminal is coloured; the environment variables NO_COLOR=1 and FORCE_COLOR=1 change that.

Exit code: 0 at the end of the file or after Ctrl-C, 1 where the file can't be read, 2 for a wrong
argument.

Examples:
  npm start | node dist/main.js logs
  node dist/main.js logs server.log --language de --label negative --score-below 0.6
  node dist/main.js logs server.log --since 10m --summary
`;

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
  const path = file === '-' ? undefined : file;
  if (file === undefined && process.stdin.isTTY) {
    command.error('error: name a log file, or pipe a log: npm start | node dist/main.js logs');
  }
  const stats = path === undefined ? undefined : await stat(path).catch(unlessMissing);
  if (stats?.isDirectory()) {
    command.error(`error: ${path} is a folder; name the log file in it`);
  }
  const follow = flags.follow ?? !flags.summary;
  const filters = filtersOf(flags);
  const last = flags.lines ?? defaultLines(path !== undefined && follow, flags);
  const view = createView({
    filters,
    output: flags.summary ? 'summary' : 'lines',
    json: flags.json === true,
    last,
    paint: stdoutPaint(),
    columns: () => (process.stdout.isTTY ? process.stdout.columns || DEFAULT_COLUMNS : undefined),
  });
  const batches =
    path === undefined
      ? readStdin()
      : readPath(path, stats, { follow, last, filters, since: flags.since });
  await showAll(batches, view, () => {
    if (flags.summary) {
      warn(`following ${path}; Ctrl-C prints the summary`);
    }
  });
}

function filtersOf(flags: LogsFlags): Filters {
  return {
    languages: flags.language,
    labels: flags.label,
    scoreBelow: flags.scoreBelow,
    commit: flags.commit,
    grep: flags.grep,
    since: flags.since,
  };
}

function defaultLines(
  isFollowing: boolean,
  { since: start, summary }: LogsFlags,
): number | undefined {
  return isFollowing && start === undefined && !summary ? LAST_LINES : undefined;
}

/**
 * Standard input. A pipe takes two Ctrl-C: the first one also reaches the program that writes into it,
 * whose last lines are still to come.
 */
function readStdin(): AsyncGenerator<Batch> {
  return readStream(process.stdin, interruptSignal(process.stdin.isTTY ? 1 : 2));
}

interface ReadOptions {
  readonly follow: boolean;
  readonly last: number | undefined;
  readonly filters: Filters;
  readonly since: number | undefined;
}

function readPath(
  path: string,
  stats: Stats | undefined,
  { follow, last, filters, since: start }: ReadOptions,
): AsyncGenerator<Batch> {
  const signal = interruptSignal();
  if (stats && !stats.isFile()) {
    // A named pipe, such as <(ssh host cat server.log).
    return readStream(createReadStream(path), signal);
  }
  const isShown = (line: string): boolean => {
    const entry = parseEntry(line);
    return entry !== undefined && passes(entry, filters);
  };
  return readFile(path, {
    follow,
    since: start,
    findStart:
      last === undefined || start !== undefined
        ? undefined
        : (handle) => findTail(handle, last, isShown),
    onWaiting: () => warn(`waiting for ${path}`),
    signal,
  });
}

async function showAll(
  batches: AsyncGenerator<Batch>,
  view: View,
  onCaughtUp: () => void,
): Promise<void> {
  for await (const batch of batches) {
    if (batch === CAUGHT_UP) {
      await write(view.caughtUp());
      onCaughtUp();
    } else {
      await write(view.push(batch));
    }
  }
  await write(view.end());
  const foreign = view.foreignLines();
  if (foreign > 0) {
    warn(`${formatQuantity(foreign, 'line')} ${foreign === 1 ? 'was' : 'were'} not from the log`);
  }
}

/** Waits where the reader of standard output is slower. */
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
