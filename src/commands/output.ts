/** What commands write for people and programs. Nothing else in `commands/` writes text to the terminal. */
import { readEnvironment } from '../config/environment.ts';
import { page } from '../terminal/pager.ts';
import { createPaint, isColoured, type Paint } from '../terminal/paint.ts';
import {
  markInvisible,
  type PrintableOptions,
  printableJson,
  printableValue,
} from '../terminal/printable.ts';
import { createProgressBar, createStatusLine, type StatusLine } from '../terminal/status-line.ts';
import { EXIT } from './exit-code.ts';
import type { Flags } from './options.ts';

/** The width of standard output where it is a file or a pipe, or a terminal that does not know its width. */
const DEFAULT_COLUMNS = 80;

/**
 * Prints the result of a command: as JSON with `--json`, else as text.
 *
 * @param format turns the value into text. It gets a copy in which every string is printable, since names,
 * messages and paths come from repositories, stores and servers: only what `paint` adds controls the
 * terminal.
 */
export function print<T>(
  flags: Flags,
  value: T,
  format: (value: T, paint: Paint) => string,
  options: PrintableOptions = {},
): void {
  if (flags.json) {
    printJson(value);
  } else {
    process.stdout.write(`${format(printableValue(value, options), stdoutPaint())}\n`);
  }
}

/** As `print`; on a terminal, a result that is longer than the screen goes through the pager, as with git. */
export async function printPaged<T>(
  flags: Flags,
  value: T,
  format: (value: T, paint: Paint) => string,
  options: PrintableOptions = {},
): Promise<void> {
  const { isTTY, rows } = process.stdout;
  if (flags.json || !isTTY) {
    print(flags, value, format, options);
    return;
  }
  const text = `${format(printableValue(value, options), stdoutPaint())}\n`;
  if (text.split('\n').length <= rows || !(await page(text, readEnvironment()))) {
    process.stdout.write(text);
  }
}

/** Prints a value for programs. */
export function printJson(value: unknown): void {
  process.stdout.write(`${printableJson(JSON.stringify(value, null, 2))}\n`);
}

/** Prints one of many values for programs, as a line. */
export function printJsonLine(value: unknown): void {
  process.stdout.write(`${printableJson(JSON.stringify(value))}\n`);
}

/** Writes a message that is not a result to standard error. */
export function notify(message: string): void {
  process.stderr.write(`${markInvisible(message)}\n`);
}

/** Writes a warning or an error to standard error, with the program's name. */
export function warn(message: string): void {
  notify(`tweet-sentiment: ${message}`);
}

/** Makes a callback for repeated requests to a store, which prints each reason once. */
export function retryWarning(timeoutMs: number): (notice: { readonly error: Error }) => void {
  const printed = new Set<string>();
  return ({ error: { message } }) => {
    if (!printed.has(message)) {
      printed.add(message);
      warn(`${message}; trying again until it has not responded for ${timeoutMs / 1000} s`);
    }
  };
}

export function stdoutPaint(): Paint {
  return createPaint(isColoured(process.stdout));
}

export function stdoutColumns(): number {
  return process.stdout.columns || DEFAULT_COLUMNS;
}

export function stderrStatusLine(): StatusLine {
  return createStatusLine(process.stderr);
}

/** Shows the progress of work that takes more than two seconds, on a terminal. */
export function progressBar(): (done: number, total: number) => void {
  return createProgressBar(process.stderr);
}

/** Ends the process: the reader may close the pipe early, as in `models diff … | head`. */
export function endOnStdoutError(error: NodeJS.ErrnoException): void {
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed);
}

/** Lets the command itself handle errors of standard output, by the callback of each write. */
export function handleStdoutErrors(): void {
  process.stdout.off('error', endOnStdoutError);
  process.stdout.on('error', () => undefined);
}
