/** Aliases: names that can be pinned to another version at any time. A file beside the versions has the SHA. */
import { mismatch } from '../errors.ts';
import { ModelError } from './errors.ts';

/** What is served without a setting. */
export const DEFAULT_ALIAS = 'production';

/** The file with the SHA of the default alias; that of another one is `PINNED.<alias>`. */
const PIN_FILE = 'PINNED';

const ALIAS = /^[a-z][a-z0-9_-]{0,49}$/;

export function isAlias(name: string): boolean {
  return ALIAS.test(name);
}

/**
 * The name, if it can be that of an alias.
 *
 * @param source where it is from, for the message.
 * @throws ModelError `bad-reference` where it can't.
 */
export function checkAlias(name: string, source = 'MODEL_ALIAS'): string {
  if (!isAlias(name)) {
    const form = 'a lower-case letter, then up to 49 of a-z, 0-9, "_" and "-"';
    const found = JSON.stringify(name.slice(0, 80));
    throw new ModelError('bad-reference', mismatch(source, form, found));
  }
  return name;
}

/** Where a store has the SHA of an alias. @throws ModelError as `checkAlias` does. */
export function pinKey(model: string, alias: string = DEFAULT_ALIAS): string {
  checkAlias(alias);
  return `${model}/${alias === DEFAULT_ALIAS ? PIN_FILE : `${PIN_FILE}.${alias}`}`;
}

/** The alias whose SHA a file beside the versions has; undefined for any other file. */
export function aliasOfFile(name: string): string | undefined {
  if (name === PIN_FILE) {
    return DEFAULT_ALIAS;
  }
  const alias = name.startsWith(`${PIN_FILE}.`) ? name.slice(PIN_FILE.length + 1) : '';
  return isAlias(alias) && alias !== DEFAULT_ALIAS ? alias : undefined;
}
