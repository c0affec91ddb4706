/** JSON by key. */
import type { SourceNode } from '../../artifacts/source-tree.ts';
import type { Change } from './change.ts';

/** The sides are JSON as the author wrote it: `1` differs from `1.0`, and `1e-4` stays `1e-4`. */
export interface ValueChange extends Change<string> {
  /** Keys from the top, joined by dots. */
  readonly key: string;
}

/** The values that differ, whatever their white space. An array is one value. */
export function diffValues(
  { old: before, new: after }: Change<SourceNode>,
  key = '',
): ValueChange[] {
  if (before?.meaning === after?.meaning) {
    return [];
  }
  const [left, right] = [membersOf(before), membersOf(after)];
  // Where a value became an object, the value was removed and the keys were added.
  const own = [left ? undefined : before, right ? undefined : after].map((node) => node?.text);
  const change = { key, old: own[0], new: own[1] };
  const keys = new Set([...(left?.keys() ?? []), ...(right?.keys() ?? [])]);
  const inner = [...keys].flatMap((name) =>
    diffValues(
      { old: left?.get(name), new: right?.get(name) },
      key === '' ? name : `${key}.${name}`,
    ),
  );
  return change.old === undefined && change.new === undefined ? inner : [change, ...inner];
}

/** @returns undefined for a value; an object without keys counts as one. */
function membersOf(node: SourceNode | undefined): ReadonlyMap<string, SourceNode> | undefined {
  const members = node?.content?.members ?? [];
  return members.length > 0
    ? new Map(members.map((member) => [member.key, member.node]))
    : undefined;
}
