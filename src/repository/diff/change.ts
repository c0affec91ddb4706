/** Pairs of an old and a new value, which all parts of a diff consist of. */

/** A value in both versions; undefined in one that does not have it. */
export interface Change<T> {
  readonly old: T | undefined;
  readonly new: T | undefined;
}

export type Status = 'added' | 'removed' | 'changed';

export function statusOf(change: Change<unknown>): Status {
  return change.old === undefined ? 'added' : change.new === undefined ? 'removed' : 'changed';
}

/** Applies a function to both sides. */
export function mapChange<T, R>(
  change: Change<T>,
  map: (side: NonNullable<T>) => R | undefined,
): Change<R> {
  const each = (side: T | undefined): R | undefined => (side == null ? undefined : map(side));
  return { old: each(change.old), new: each(change.new) };
}

/** The entries of two maps by name: the names of the old map in its order, then the others. */
export function pairs<T>({
  old: before = new Map(),
  new: after = new Map(),
}: Change<ReadonlyMap<string, T>>): (Change<T> & { readonly name: string })[] {
  return [...new Set([...before.keys(), ...after.keys()])].map((name) => ({
    name,
    old: before.get(name),
    new: after.get(name),
  }));
}

/** The pairs whose sides differ. */
export function changedPairs<T extends number | string>(
  maps: Change<ReadonlyMap<string, T>>,
): (Change<T> & { readonly name: string })[] {
  return pairs(maps).filter((pair) => pair.old !== pair.new);
}

/** Items by name, for `pairs`. */
export function byName<T extends { readonly name: string }>(
  items: readonly T[],
): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.name, item]));
}

/** Items by a name that several of them may have, in their order. */
export function groupBy<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    groups.set(nameOf(item), [...(groups.get(nameOf(item)) ?? []), item]);
  }
  return groups;
}
