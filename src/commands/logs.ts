import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { createLineDecoder, createUnwrapper } from '../logs/decode-lines.ts';
import { parseEntry } from '../logs/entry.ts';
import { type Filters, passes } from '../logs/filter.ts';
import { inTimeOrder, isCompressed, linesOf, STDIN } from '../logs/log-files.ts';
import { type Batch, CAUGHT_UP, readFile, readStream } from '../logs/read.ts';
import { unlessMissing } from '../logs/rotation.ts';
import { findTail } from '../logs/tail.ts';
import { createView, type View } from '../logs/view.ts';
import { formatQuantity } from '../terminal/numbers.ts';
import { share, since } from './flag-values.ts';
import { interruptSignal } from './interrupt.ts';
import {
  parseCommit,
  parseCount,
  parseLabels,
  parseLanguages,
  parsePattern,
} from './log-filter-flags.ts';
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
    .argument(
      '[files...]',
      'the LOG_FILE of the server; several files, in any order, and those compressed with gzip are not ' +
        'followed; also files of Docker (json-file); without one, or with -, standard input',
    )
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

Exit code: 0 at the end of the files or after Ctrl-C; 2 where a file can't be read, or for a wrong argument.

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

async function run(names: readonly string[], flags: LogsFlags, command: Command): Promise<void> {
  const files = [...new Set(names)];
  if (files.length === 0 && process.stdin.isTTY) {
    command.error('error: name a log file, or pipe a log: npm start | node dist/main.js logs');
  }
  const source = await openSource(files, command);
  if (source.kind === 'files' && flags.follow) {
    command.error('error: --follow is for one file that is not compressed');
  }
  const follow = source.kind === 'file' && (flags.follow ?? !flags.summary);
  const filters = filtersOf(flags);
  const last = flags.lines ?? defaultLines(follow, flags);
  const view = createView({
    filters,
    output: flags.summary ? 'summary' : 'lines',
    json: flags.json === true,
    last,
    paint: stdoutPaint(),
    columns: () => (process.stdout.isTTY ? process.stdout.columns || DEFAULT_COLUMNS : undefined),
  });
  await showAll(read(source, { follow, last, filters, since: flags.since }), view, () => {
    if (flags.summary) {
      warn(`following ${names[0]}; Ctrl-C prints the summary`);
    }
  });
}

type Source =
  | { readonly kind: 'stdin' }
  /** One file that may still grow, or be missing yet. */
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'pipe'; readonly path: string }
  /** Whole files, in the order of their lines. */
  | { readonly kind: 'files'; readonly files: readonly string[] };

async function openSource(files: readonly string[], command: Command): Promise<Source> {
  const [path = STDIN] = files;
  if (files.length > 1) {
    return { kind: 'files', files: await inTimeOrder(files) };
  }
  if (path === STDIN) {
    return { kind: 'stdin' };
  }
  const stats = await stat(path).catch(unlessMissing);
  if (stats?.isDirectory()) {
    command.error(`error: ${path} is a folder; name the log file in it`);
  }
  if (stats && !stats.isFile()) {
    // A named pipe, such as <(ssh host cat server.log).
    return { kind: 'pipe', path };
  }
  return stats && (await isCompressed(path)) ? { kind: 'files', files } : { kind: 'file', path };
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

interface ReadOptions {
  readonly follow: boolean;
  readonly last: number | undefined;
  readonly filters: Filters;
  readonly since: number | undefined;
}

function read(source: Source, options: ReadOptions): AsyncIterable<Lines> {
  switch (source.kind) {
    case 'stdin':
      // A pipe takes two Ctrl-C: the first one also reaches the program that writes into it, whose last
      // lines are still to come.
      return decoded(
        readStream(process.stdin, STDIN, interruptSignal(process.stdin.isTTY ? 1 : 2)),
      );
    case 'pipe':
      return decoded(readStream(createReadStream(source.path), source.path, interruptSignal()));
    case 'file':
      return decoded(readPath(source.path, options));
    case 'files':
      return readFiles(source.files, interruptSignal());
  }
}

async function* readFiles(files: readonly string[], signal: AbortSignal): AsyncGenerator<Lines> {
  for await (const { lines } of linesOf(files, () => undefined)) {
    if (signal.aborted) {
      return;
    }
    yield lines;
  }
}

async function* decoded(batches: AsyncGenerator<Batch>): AsyncGenerator<Lines> {
  const { decode, rest } = createLineDecoder();
  for await (const batch of batches) {
    yield batch === CAUGHT_UP ? CAUGHT_UP : decode(batch);
  }
  yield rest();
}

function readPath(
  path: string,
  { follow, last, filters, since: start }: ReadOptions,
): AsyncGenerator<Batch> {
  const { unwrap } = createUnwrapper();
  const isShown = (line: string): boolean => {
    const entry = parseEntry(unwrap(line));
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
    signal: interruptSignal(),
  });
}

type Lines = readonly string[] | typeof CAUGHT_UP;

async function showAll(
  batches: AsyncIterable<Lines>,
  view: View,
  onCaughtUp: () => void,
): Promise<void> {
  const warned = new Set<string>();
  const warnOnce = (message: string): void => {
    if (!warned.has(message)) {
      warned.add(message);
      warn(message);
    }
  };
  for await (const batch of batches) {
    if (batch === CAUGHT_UP) {
      await write(view.caughtUp());
      view.filterMessages().forEach(warnOnce);
      onCaughtUp();
    } else {
      await write(view.push(batch));
    }
  }
  await write(view.end());
  view.filterMessages().forEach(warnOnce);
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
