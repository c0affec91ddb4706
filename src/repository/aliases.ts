/** Which aliases a store has, and what each is pinned to. */
import { aliasOfFile, DEFAULT_ALIAS } from '../version/alias.ts';
import { hasCode } from '../version/errors.ts';
import {
  loggedAliases,
  type PinEntry,
  readPinned,
  readPins,
  unknownAlias,
} from '../version/pins.ts';
import type { Store } from '../version/stores/store.ts';

export interface Alias {
  readonly alias: string;
  /** As it is found in the store; null for one that was removed. */
  readonly commit: string | null;
}

/**
 * The aliases that a store has or had, the default one first.
 *
 * @param only this alias. A web server can't list its files: without it, only the default alias is read there.
 */
export async function listAliases(store: Store, model: string, only?: string): Promise<Alias[]> {
  if (only !== undefined || !store.list) {
    const alias = only ?? DEFAULT_ALIAS;
    return [{ alias, commit: await readPinned({ store, model, alias }) }];
  }
  return readAliases(store, model, await listPaths(store, model));
}

/** The same from the paths of all files below the model's folder. */
export async function readAliases(
  store: Store,
  model: string,
  paths: readonly string[],
): Promise<Alias[]> {
  const pinned = paths.flatMap((path) => aliasOfFile(path) ?? []);
  const aliases = [...new Set([...pinned, ...loggedAliases(paths)])].sort();
  aliases.sort((a, b) => Number(b === DEFAULT_ALIAS) - Number(a === DEFAULT_ALIAS));
  return Promise.all(
    aliases.map(async (alias) => ({ alias, commit: await readPinned({ store, model, alias }) })),
  );
}

/** The paths of all files below the model's folder; none where the store has no such folder. */
export async function listPaths(store: Store, model: string): Promise<string[]> {
  try {
    return (await store.list?.(model)) ?? [];
  } catch (error) {
    if (hasCode(error, 'not-found')) {
      return [];
    }
    throw error;
  }
}

export interface AliasPins extends Alias {
  /** False where the store has another version than the log: it was changed without `models pin`. */
  readonly isLogged: boolean;
  /** The newest first. */
  readonly log: readonly PinEntry[];
}

/**
 * The aliases of a store with the last entries of their logs.
 *
 * @throws ModelError `bad-reference` for one that there has never been.
 */
export async function readAliasPins(
  store: Store,
  model: string,
  { alias: only, lines }: { readonly alias?: string; readonly lines: number },
): Promise<AliasPins[]> {
  const pins: AliasPins[] = [];
  for (const { alias, commit } of await listAliases(store, model, only)) {
    const log = await readPins({ store, model, alias }, lines);
    const [last] = log;
    if (only !== undefined && commit === null && !last) {
      throw unknownAlias({ store, model, alias });
    }
    pins.push({ alias, commit, isLogged: last === undefined || last.to === commit, log });
  }
  return pins;
}
