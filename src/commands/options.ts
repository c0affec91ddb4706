/** What the commands share: flags for settings, output, progress. */
import { styleText } from 'node:util';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Config, flagOf, readConfig, SETTINGS } from '../config/config.ts';
import { readEnvironment } from '../config/environment.ts';
import type { Paint } from '../logs/entry-line.ts';
import { parseSince } from '../terminal/since.ts';

/** What commander makes of the flags: those of settings are text. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

export const asJson = (): Option => new Option('--json', 'for a program to read');

/** Adds the flags of settings to a command; each names its variable and default in the help. */
export function withSettings(command: Command, names: readonly (keyof Config)[]): Command {
  for (const name of names) {
    const { variable, doc, fallback } = SETTINGS[name];
    const tail = fallback ? `${variable}, default ${fallback}` : variable;
    command.addOption(new Option(`${flagOf(variable)} <value>`, `${doc} (${tail})`));
  }
  return command;
}

/** The settings as flags and environment give them. @throws ConfigError naming each bad one. */
export function configOf(flags: Flags): Config {
  const settings = Object.entries(flags).filter(
    (flag): flag is [string, string] => flag[0] in SETTINGS && typeof flag[1] === 'string',
  );
  return readConfig(Object.fromEntries(settings), readEnvironment());
}

/** Prints a result: as JSON where that was asked for, else as text. */
export function print(flags: Flags, value: unknown, text: string): void {
  process.stdout.write(`${flags.json ? JSON.stringify(value, null, 2) : text}\n`);
}

/** How standard output is coloured: node knows what NO_COLOR, FORCE_COLOR and the terminal ask for. */
export function stdoutPaint(): Paint {
  const isColoured = styleText('bold', 'x', { stream: process.stdout }) !== 'x';
  return (style, text) => (isColoured ? styleText(style, text, { validateStream: false }) : text);
}

/** Parses a flag: an address of the web. */
export function webAddress(value: string): string {
  if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol)) {
    throw new InvalidArgumentError('expected an address such as http://localhost:8080');
  }
  return value;
}

/** Parses a flag: a time, or how long ago. @returns milliseconds since 1970. */
export function since(value: string): number {
  const time = parseSince(value, Date.now());
  if (time === undefined) {
    throw new InvalidArgumentError('expected 30s, 10m, 2h, 1d, or a time such as 2026-01-31T12:00');
  }
  return time;
}

/** Says something that is no result. */
export function warn(message: string): void {
  process.stderr.write(`tweet-sentiment: ${message}\n`);
}

/** Shows progress on a terminal, once the work has taken two seconds. */
export function progressBar(): (done: number, total: number) => void {
  const start = performance.now();
  return (done, total) => {
    if (process.stderr.isTTY && performance.now() - start > 2000) {
      const filled = Math.round((done / total) * 30);
      const bar = '█'.repeat(filled).padEnd(30, '·');
      process.stderr.write(`\r${bar} ${done}/${total}${done === total ? '\n' : ''}`);
    }
  };
}
