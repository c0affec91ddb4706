/** Flags that several commands have. */
import { type Command, Option } from 'commander';
import { type Config, flagOf, readConfig } from '../config/config.ts';
import { readEnvironment } from '../config/environment.ts';
import { SETTINGS } from '../config/settings.ts';

/** Flags as commander parses them; those of settings are text. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

export const asJson = (description = 'print the result as JSON'): Option =>
  new Option('--json', description);

/**
 * A person waits for a command. A server waits longer for a store: its start is worth more than a fast end.
 */
const COMMAND_DEFAULTS: Readonly<Partial<Record<keyof Config, string>>> = {
  modelFetchTimeoutMs: '30000',
};

/** Adds the flags of settings to `serve`; the help names the variable and the default of each. */
export function withSettings(command: Command, names: readonly (keyof Config)[]): Command {
  return withFlags(command, names, {});
}

/** Adds the flags of settings to any other command. */
export function withCommandSettings(command: Command, names: readonly (keyof Config)[]): Command {
  return withFlags(command, names, COMMAND_DEFAULTS);
}

function withFlags(
  command: Command,
  names: readonly (keyof Config)[],
  defaults: typeof COMMAND_DEFAULTS,
): Command {
  for (const name of names) {
    const { variable, doc } = SETTINGS[name];
    const fallback = defaults[name] ?? SETTINGS[name].fallback;
    const tail = fallback ? `${variable}, default ${fallback}` : variable;
    command.addOption(new Option(`${flagOf(variable)} <value>`, `${doc} (${tail})`));
  }
  return command;
}

/** The settings of `serve`, of flags and environment. @throws ConfigError naming each bad one. */
export function configOf(flags: Flags): Config {
  return readConfig(settingsOf(flags), readEnvironment());
}

/** The settings of any other command. @throws ConfigError naming each bad one. */
export function commandConfigOf(flags: Flags): Config {
  const unset = Object.entries(COMMAND_DEFAULTS).filter(
    ([name]) => !isGiven(flags, name as keyof Config),
  );
  return readConfig({ ...Object.fromEntries(unset), ...settingsOf(flags) }, readEnvironment());
}

/** True where a setting has a flag or a variable, false where it has its default. */
export function isGiven(flags: Flags, name: keyof Config): boolean {
  return flags[name] !== undefined || Boolean(readEnvironment()[SETTINGS[name].variable]);
}

function settingsOf(flags: Flags): Readonly<Record<string, string>> {
  const settings = Object.entries(flags).filter(
    (flag): flag is [string, string] => flag[0] in SETTINGS && typeof flag[1] === 'string',
  );
  return Object.fromEntries(settings);
}
