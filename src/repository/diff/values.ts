/** JSON by key. */
import type { SourceNode } from '../../artifacts/source-tree.ts';
import { formatChange, type Paint } from '../../commands/models/diff-lines.ts';
import { type Change, mapChange } from './change.ts';

/** The sides are JSON as its author spelled it: `1` is not `1.0`, and `1e-4` stays that. */
export interface ValueChange extends Change<string> {
  /** Keys from the top, joined by dots. */
  readonly key: string;
}

/** The values that differ, however they are laid out. A list is one value. */
export function diffValues(
  { old: before, new: after }: Change<SourceNode>,
  key = '',
): ValueChange[] {
  if (before?.meaning === after?.meaning) {
    return [];
  }
  const [left, right] = [membersOf(before), membersOf(after)];
  // What was a value, or was not there, and is an object now: the value went, its keys came.
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

/** @returns undefined for a value; an object without keys is one too. */
function membersOf(node: SourceNode | undefined): ReadonlyMap<string, SourceNode> | undefined {
  const members = node?.content?.members ?? [];
  return members.length > 0
    ? new Map(members.map((member) => [member.key, member.node]))
    : undefined;
}

/** Of a value, on a line; `--json` has all of it. */
const MAX_LETTERS = 72;

/** A line for each change, for a terminal. */
export function formatValues(changes: readonly ValueChange[], paint: Paint): string[] {
  return changes.map(({ key, ...sides }) => {
    const lines = mapChange(sides, (json) => json.replace(/\s*\n\s*/g, ' '));
    const start = startOfExcerpt(lines);
    return formatChange(
      key,
      mapChange(lines, (line) => excerpt(line, start)),
      paint,
    );
  });
}

/** Long values are shown from shortly before they begin to differ. */
function startOfExcerpt({ old: before = '', new: after = '' }: Change<string>): number {
  const same = [...before].findIndex((letter, i) => letter !== after[i]);
  return Math.max(before.length, after.length) > MAX_LETTERS ? Math.max(0, same - 16) : 0;
}

function excerpt(line: string, start: number): string {
  const end = start + MAX_LETTERS;
  return `${start > 0 ? '…' : ''}${line.slice(start, end)}${end < line.length ? '…' : ''}`;
}
