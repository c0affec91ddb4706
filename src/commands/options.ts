/** Flags that several commands have. */
import { type Command, Option } from 'commander';
import { type Config, flagOf, readConfig, SETTINGS } from '../config/config.ts';
import { readEnvironment } from '../config/environment.ts';

/** Flags as commander parses them; those of settings are text. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

export const asJson = (description = 'print the result as JSON'): Option =>
  new Option('--json', description);

/** Adds the flags of settings to a command; the help names the variable and the default of each. */
export function withSettings(command: Command, names: readonly (keyof Config)[]): Command {
  for (const name of names) {
    const { variable, doc, fallback } = SETTINGS[name];
    const tail = fallback ? `${variable}, default ${fallback}` : variable;
    command.addOption(new Option(`${flagOf(variable)} <value>`, `${doc} (${tail})`));
  }
  return command;
}

/** The settings of flags and environment. @throws ConfigError naming each bad one. */
export function configOf(flags: Flags): Config {
  const settings = Object.entries(flags).filter(
    (flag): flag is [string, string] => flag[0] in SETTINGS && typeof flag[1] === 'string',
  );
  return readConfig(Object.fromEntries(settings), readEnvironment());
}
