/**
 * Pinning: an alias of a store gets another version, and a log says who did it, when and why.
 *
 * Each entry of the log is a file of its own, `<model>/pins/<alias>/<number>.json`. Stores create a file only
 * once, so of several who pin at the same time one gets the next number, and no entry can be lost or changed.
 * The file with the SHA follows the last entry.
 */
import { z } from 'zod';
import { mismatch } from '../errors.ts';
import { isAlias, pinKey } from './alias.ts';
import { hasCode, ModelError } from './errors.ts';
import { isFullSha } from './git-objects.ts';
import { checkJson, parseJson } from './json.ts';
import type { Store, WritableStore } from './stores/store.ts';

const sha = z.string().refine(isFullSha, 'expected a full commit SHA');

const entrySchema = z.object({
  /** ISO 8601. */
  time: z.iso.datetime(),
  /** What was pinned before, as it was found; null for nothing. */
  from: z.string().max(1024).nullable(),
  /** Null where the alias was removed. */
  to: sha.nullable(),
  /** Who did it: of git's settings, or the user of the system. */
  by: z.string().max(1000),
  reason: z.string().max(4000).optional(),
});

export type Pin = z.infer<typeof entrySchema>;

/** An entry of the log. */
export interface PinEntry extends Pin {
  /** From 1. */
  readonly number: number;
  /**
   * True where the alias had another version than the entry before gave it: its file was changed without the log.
   */
  readonly isAfterUnloggedChange: boolean;
}

export interface PinnedAlias {
  readonly store: Store;
  readonly model: string;
  readonly alias: string;
}

/** Longer texts in a file with a SHA are no SHA. */
const MAX_PIN_BYTES = 1024;
const MAX_ENTRY_BYTES = 32 * 1024;

/** An entry that is younger, and whose version the alias does not have, may be about to be carried out. */
const UNFINISHED_MS = 60_000;

/** How often the file with the SHA is written again where others change it at the same time. */
const MAX_WRITES = 20;

export type PinChange = Pick<Pin, 'to' | 'by' | 'reason'> & { readonly now?: Date };

export interface PinResult {
  readonly from: string | null;
  /** Undefined where the alias had the version already: nothing was written. */
  readonly entry: Pin | undefined;
  /** The version that the log says, where the alias was found with another one. */
  readonly unloggedAfter: string | null | undefined;
}

/**
 * Gives an alias another version, or removes it.
 *
 * @throws ModelError `conflict` where somebody else does the same at the same time, `bad-reference` for a reason that
 * is too long, or an alias to remove that has never been: nothing is changed then.
 */
export async function pinAlias(
  target: PinnedAlias & { readonly store: WritableStore },
  { to, by, reason, now = new Date() }: PinChange,
): Promise<PinResult> {
  const { store } = target;
  const from = await readPinned(target);
  const last = await readLastPin(target);
  if (to === null && from === null && last === undefined) {
    throw unknownAlias(target);
  }
  const isConsistent = last === undefined || last.to === from;
  if (!isConsistent && isUnfinished(last, from, now)) {
    throw conflict(target, `${describePin(last)} is not finished yet, or was taken back by hand`);
  }
  if (from === to && isConsistent) {
    return { from, entry: undefined, unloggedAfter: undefined };
  }
  const entry = {
    time: now.toISOString(),
    from,
    to,
    by,
    ...(reason === undefined ? {} : { reason }),
  };
  const checked = checkJson(entrySchema, entry, 'the entry of the log', 'bad-reference');
  const bytes = Buffer.from(`${JSON.stringify(checked, null, 2)}\n`);
  const key = entryKey(target, (last?.number ?? 0) + 1);
  if ((await store.create(key, bytes)) === 'exists') {
    // It may be this one: the response to the request that created it can be lost.
    const found = await store.read(key, MAX_ENTRY_BYTES);
    if (!found.equals(bytes)) {
      throw conflict(target, `${describePin(parseEntry(found, key))} came first`);
    }
  }
  await followLog(target);
  return { from, entry, unloggedAfter: isConsistent ? undefined : last.to };
}

/**
 * Writes the version of the last entry into the alias's file. The file is read before the log and replaced only
 * where it has not changed since, so one who is late does not undo what came after. The log is read again
 * after the last write.
 */
async function followLog(target: PinnedAlias & { readonly store: WritableStore }): Promise<void> {
  const { store, model, alias } = target;
  const key = pinKey(model, alias);
  for (let writes = 0; writes < MAX_WRITES; writes++) {
    const found = await readPinFile(target);
    const to = (await readLastPin(target))?.to ?? null;
    if (textOf(found) === to) {
      return;
    }
    await (to === null ? store.remove(key) : store.replace(key, Buffer.from(`${to}\n`), found));
  }
  throw conflict(target, `${key} has been changed ${MAX_WRITES} times meanwhile`);
}

/** As it is found, which may be no SHA; null where the store has no such alias. */
export async function readPinned(target: PinnedAlias): Promise<string | null> {
  return textOf(await readPinFile(target));
}

function textOf(bytes: Buffer | undefined): string | null {
  return bytes ? bytes.toString('utf8').trim() : null;
}

async function readPinFile({ store, model, alias }: PinnedAlias): Promise<Buffer | undefined> {
  return store.read(pinKey(model, alias), MAX_PIN_BYTES).catch(ifNotFound);
}

/** The alias was never pinned: its name may be mistyped. */
export function unknownAlias({ store, model, alias }: PinnedAlias): ModelError {
  return new ModelError(
    'bad-reference',
    `${model} in ${store.location} has never had an alias ${alias}: \`models pins\` lists those that it has`,
  );
}

/** The last entries of an alias's log, the newest first. @param maxEntries how many at most. */
export async function readPins(target: PinnedAlias, maxEntries: number): Promise<PinEntry[]> {
  const lastNumber = await readLastNumber(target);
  const oldest = Math.max(1, lastNumber - maxEntries + 1);
  const entries: (Pin & { number: number })[] = [];
  // One more, to know whether the oldest one that is shown came after a change without the log.
  for (let number = Math.max(1, oldest - 1); number <= lastNumber; number++) {
    entries.push({ ...(await readEntry(target, number)), number });
  }
  return entries
    .map((entry, index) => {
      const before = entries[index - 1];
      return { ...entry, isAfterUnloggedChange: before !== undefined && before.to !== entry.from };
    })
    .filter(({ number }) => number >= oldest)
    .reverse();
}

async function readLastPin(target: PinnedAlias): Promise<(Pin & { number: number }) | undefined> {
  const number = await readLastNumber(target);
  return number === 0 ? undefined : { ...(await readEntry(target, number)), number };
}

/** 0 where there is no entry. */
async function readLastNumber(target: PinnedAlias): Promise<number> {
  const { store, model, alias } = target;
  if (store.list) {
    const names = (await store.list(`${model}/pins/${alias}`).catch(ifNotFound)) ?? [];
    return names.reduce((last, name) => Math.max(last, numberOf(name)), 0);
  }
  return searchLastNumber(target);
}

/** Larger ones are no numbers of entries. */
const MAX_NUMBER = 2 ** 29;

/** The number of an entry's file; 0 for any other file. */
function numberOf(name: string): number {
  const number = Number(/^([1-9]\d*)\.json$/.exec(name)?.[1] ?? 0);
  return number <= MAX_NUMBER ? number : 0;
}

/** For a store that can't be listed: no entry is ever removed, so there is none behind one that is missing. */
async function searchLastNumber(target: PinnedAlias): Promise<number> {
  const exists = async (number: number): Promise<boolean> => {
    const key = entryKey(target, number);
    const bytes = await target.store.read(key, MAX_ENTRY_BYTES).catch(ifNotFound);
    // A web server may have a page for whatever does not exist.
    return bytes !== undefined && parseEntry(bytes, key) !== undefined;
  };
  let missing = 1;
  while (await exists(missing)) {
    missing *= 2;
    if (missing > MAX_NUMBER) {
      const found = 'one for each number';
      throw new ModelError('store-refused', mismatch(entryKey(target, 1), 'the last entry', found));
    }
  }
  let last = Math.floor(missing / 2);
  while (missing - last > 1) {
    const middle = Math.floor((last + missing) / 2);
    if (await exists(middle)) {
      last = middle;
    } else {
      missing = middle;
    }
  }
  return last;
}

async function readEntry(target: PinnedAlias, number: number): Promise<Pin> {
  const key = entryKey(target, number);
  return parseEntry(await target.store.read(key, MAX_ENTRY_BYTES), key);
}

function parseEntry(bytes: Buffer, key: string): Pin {
  return checkJson(entrySchema, parseJson(bytes.toString('utf8'), key), key);
}

function entryKey({ model, alias }: PinnedAlias, number: number): string {
  return `${model}/pins/${alias}/${number}.json`;
}

/** The aliases that a store has or had, from the paths below the model's folder. */
export function loggedAliases(paths: readonly string[]): string[] {
  const names = paths.map((path) => /^pins\/([^/]+)\/\d+\.json$/.exec(path)?.[1] ?? '');
  return [...new Set(names.filter(isAlias))];
}

/** True where the alias has what the last entry replaced, and it was written just now. */
function isUnfinished(last: Pin, found: string | null, now: Date): boolean {
  // The clock of another machine may be fast.
  return last.from === found && Math.abs(now.getTime() - Date.parse(last.time)) < UNFINISHED_MS;
}

function describePin({ to, by, time }: Pin): string {
  return `${to === null ? 'the removal' : `the pin to ${to}`} by ${by} at ${time}`;
}

function conflict({ store, model, alias }: PinnedAlias, reason: string): ModelError {
  return new ModelError(
    'conflict',
    `${alias} of ${model} in ${store.location} was not changed: ${reason}; look at \`models pins\`, then ` +
      'run this again',
    { data: { store: store.location, model, alias } },
  );
}

function ifNotFound(error: unknown): undefined {
  if (hasCode(error, 'not-found')) {
    return undefined;
  }
  throw error;
}
