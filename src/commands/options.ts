/** What the commands share: flags for settings, output, progress. */
import { type Command, Option } from 'commander';
import { type Config, flagOf, readConfig, SETTINGS } from '../config.ts';

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
  return readConfig(Object.fromEntries(settings), process.env);
}

/** Prints a result: as JSON where that was asked for, else as text. */
export function print(flags: Flags, value: unknown, text: string): void {
  process.stdout.write(`${flags.json ? JSON.stringify(value, null, 2) : text}\n`);
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
