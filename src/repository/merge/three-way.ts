/**
 * Three-way merge by key. A change is a difference from the base; there is a conflict only where both
 * sides changed the same part in different ways.
 */
import type { Container, Member, SourceNode } from '../../artifacts/source-tree.ts';
import type { ConflictStyle } from './conflict-style.ts';

/** One part in the common ancestor and in the two versions that are merged. */
export interface Sides<T> {
  readonly base: T | undefined;
  readonly ours: T | undefined;
  readonly theirs: T | undefined;
}

/** The texts of a part that both sides changed; undefined on a side that does not have it. */
export interface Conflict extends Sides<string> {
  /** Keys from the top of the file, joined by dots; empty for the whole file. */
  readonly path: string;
  /** Whether git's merge of the lines is right, if it is without a conflict. */
  readonly isOfLines: boolean;
}

export interface Merged {
  /** A conflict is shown as git does: the sides between markers. */
  readonly text: string;
  readonly conflicts: readonly Conflict[];
}

/**
 * Merges two files.
 *
 * @param base undefined where both sides added the file.
 * @returns undefined where the files conflict as a whole, since they have no parts.
 */
export function mergeSources(
  base: SourceNode | undefined,
  ours: SourceNode,
  theirs: SourceNode,
  style: ConflictStyle,
): Merged | undefined {
  const merged = mergeNodes({ base, ours, theirs }, [], style);
  return typeof merged === 'string' ? undefined : merged;
}

function mergeNodes(
  sides: Sides<SourceNode>,
  path: readonly string[],
  style: ConflictStyle,
): Merged | 'deleted' | 'conflict' {
  // By text first, so that an unchanged part keeps its spelling. By meaning last, so that a change of
  // spelling on one side does not conflict with a change of the value on the other.
  const choice =
    choose(sides, 'text') ??
    containersOf(sides) ??
    choose(sides, 'meaning') ??
    (style.favored && { node: sides[style.favored] });
  if (!choice) {
    return 'conflict';
  }
  if ('ours' in choice) {
    return sides.ours?.isUnit
      ? mergeUnit(sides, choice, path, style)
      : mergeContainers(choice, path, style);
  }
  return choice.node ? { text: choice.node.text, conflicts: [] } : 'deleted';
}

/** What belongs together, such as the digest and the rows of a file: no value of one side beside one of the other. */
function mergeUnit(
  sides: Sides<SourceNode>,
  containers: Containers,
  path: readonly string[],
  { favored, ...style }: ConflictStyle,
): Merged | 'conflict' {
  const merged = mergeContainers(containers, path, style);
  if (merged.conflicts.length === 0) {
    return merged;
  }
  const text = favored && sides[favored]?.text;
  return text === undefined ? 'conflict' : { text, conflicts: [] };
}

/** The side to take where only one changed, or both changed in the same way; no node if it was deleted. */
function choose(
  { base, ours, theirs }: Sides<SourceNode>,
  by: 'text' | 'meaning',
): { readonly node: SourceNode | undefined } | undefined {
  if (base?.[by] === ours?.[by]) {
    return { node: theirs };
  }
  return base?.[by] === theirs?.[by] || ours?.[by] === theirs?.[by] ? { node: ours } : undefined;
}

interface Containers extends Sides<Container> {
  readonly ours: Container;
  readonly theirs: Container;
}

/** The sides as containers, if all of them are of one kind. */
function containersOf({ base, ours, theirs }: Sides<SourceNode>): Containers | undefined {
  const [left, right] = [ours?.content, theirs?.content];
  if (!left || !right || left.kind !== right.kind || (base && base.content?.kind !== left.kind)) {
    return undefined;
  }
  return { base: base?.content, ours: left, theirs: right };
}

/** A member of the result with its key: merged, or the text of each side. */
type Piece = Pick<Member, 'lead'> & ({ readonly text: string } | { readonly sides: Sides<string> });

function mergeContainers(
  containers: Containers,
  path: readonly string[],
  style: ConflictStyle,
): Merged {
  const conflicts: Conflict[] = [];
  const pieces: Piece[] = [];
  const members = mapSides(containers, byKey);
  for (const key of mergedKeys(containers)) {
    const sides = mapSides(members, (side) => side.get(key));
    const nodes = mapSides(sides, ({ node }) => node);
    const lead = chooseSpelling(mapSides(sides, (member) => member.lead)) ?? '';
    const merged = mergeNodes(nodes, [...path, key], style);
    if (merged === 'conflict') {
      const name = [...path, key].filter(Boolean).join('.');
      const isOfLines = haveSameLineKind(nodes);
      conflicts.push({ path: name, isOfLines, ...mapSides(nodes, ({ text }) => text) });
      pieces.push({ lead, sides: mapSides(sides, ({ head, node }) => head + node.text) });
    } else if (merged !== 'deleted') {
      const head = chooseSpelling(mapSides(sides, (member) => member.head)) ?? '';
      conflicts.push(...merged.conflicts);
      pieces.push({ lead, text: head + merged.text });
    }
  }
  return { text: render(pieces, edgesOf(containers), style), conflicts };
}

function haveSameLineKind({ base, ours, theirs }: Sides<SourceNode>): boolean {
  const kind = ours?.lineKind;
  return kind !== undefined && theirs?.lineKind === kind && (!base || base.lineKind === kind);
}

function mapSides<T, R>(sides: Sides<T>, map: (side: NonNullable<T>) => R): Sides<R> {
  const each = (side: T | undefined): R | undefined => (side == null ? undefined : map(side));
  return { base: each(sides.base), ours: each(sides.ours), theirs: each(sides.theirs) };
}

function byKey({ members }: Container): ReadonlyMap<string, Member> {
  return new Map(members.map((member) => [member.key, member]));
}

/** The keys of ours in their order; a key that only theirs has follows its predecessor there. */
function mergedKeys({ ours, theirs }: Containers): string[] {
  const keys = ours.members.map(({ key }) => key);
  const positions = new Map(keys.map((key, position) => [key, position]));
  const theirKeys = new Set(theirs.members.map(({ key }) => key));
  const added = new Map<number, string[]>();
  let end = 0;
  for (const key of theirKeys) {
    const position = positions.get(key);
    if (position !== undefined) {
      end = position + 1;
    } else {
      // Where both added keys in one place, ours come first, as in git.
      while (end < keys.length && !theirKeys.has(keys[end] as string)) {
        end++;
      }
      added
        .set(end, added.get(end) ?? [])
        .get(end)
        ?.push(key);
    }
  }
  return [...keys, undefined].flatMap((key, position) => [
    ...(added.get(position) ?? []),
    ...(key === undefined ? [] : [key]),
  ]);
}

/** For white space and the spelling of keys: the side that changed it, ours where both did. */
function chooseSpelling<T>({ base, ours, theirs }: Sides<T>): T | undefined {
  return ours === undefined || (ours === base && theirs !== undefined) ? theirs : ours;
}

/** The text before the first and after the last member, of containers that have members. */
function edgesOf(containers: Containers): Pick<Container, 'open' | 'close'> {
  const filled = mapSides(containers, (side) => (side.members.length > 0 ? side : undefined));
  const { open, close } = containers.ours;
  return {
    open: chooseSpelling(mapSides(filled, (side) => side.open)) ?? open,
    close: chooseSpelling(mapSides(filled, (side) => side.close)) ?? close,
  };
}

const COMMA = /^\s*,/;

/**
 * Joins pieces so that the result is right with either side of a conflict. A side may have no member, so the
 * comma between a conflict and its neighbour is part of each side that has one: before the last piece that
 * both sides have, the comma after it, behind that piece, the comma in front of it.
 */
function render(
  pieces: readonly Piece[],
  { open, close }: Pick<Container, 'open' | 'close'>,
  style: ConflictStyle,
): string {
  if (pieces.length === 0) {
    return open.trimEnd() + close.trimStart();
  }
  const last = pieces.findLastIndex(isOnBothSides);
  let text = open;
  for (const [i, piece] of pieces.entries()) {
    const before = pieces[i - 1];
    if (before) {
      const space = piece.lead.replace(COMMA, '');
      text += 'sides' in before ? onNewLine(space) : i > last ? space : piece.lead;
    }
    text =
      'sides' in piece ? addConflict(text, addCommas(pieces, i, last), style) : text + piece.text;
  }
  const end = pieces.at(-1);
  return text + (end && 'sides' in end && close !== '' ? onNewLine(close) : close);
}

function isOnBothSides(piece: Piece): boolean {
  return (
    !('sides' in piece) || (piece.sides.ours !== undefined && piece.sides.theirs !== undefined)
  );
}

/**
 * The sides of a conflict with their commas.
 *
 * @param last the last piece that both sides have, −1 for none.
 */
function addCommas(pieces: readonly Piece[], index: number, last: number): Sides<string> {
  const textOf = (piece: Piece | undefined, side: keyof Sides<string>): string | undefined =>
    piece && ('sides' in piece ? piece.sides[side] : piece.text);
  const comma = (i: number): string => (COMMA.test(pieces[i]?.lead ?? '') ? ',' : '');
  const add = (side: keyof Sides<string>): string | undefined => {
    const text = textOf(pieces[index], side);
    if (text === undefined) {
      return undefined;
    }
    if (index <= last) {
      return text + (index < last ? comma(index + 1) : '');
    }
    const isFirst = pieces.slice(0, index).every((piece) => textOf(piece, side) === undefined);
    return isFirst || comma(index) === '' ? text : `${comma(index)} ${text}`;
  };
  return { base: add('base'), ours: add('ours'), theirs: add('theirs') };
}

function onNewLine(text: string): string {
  return /^\r?\n/.test(text) ? text : `\n${text}`;
}

/** Markers as git writes them, on lines of their own. */
function addConflict(
  text: string,
  sides: Sides<string>,
  { labels, showsBase, markerSize }: ConflictStyle,
): string {
  const [, before = '', indent = ''] = /^(|.*\n)([^\S\n]*)$/s.exec(text) ?? [
    text,
    `${text.trimEnd()}\n`,
  ];
  const marker = (sign: string, label = ''): string => sign.repeat(markerSize) + label;
  const textOf = (side: keyof Sides<string>): string[] =>
    sides[side] === undefined ? [] : [indent + sides[side]];
  const lines = [
    marker('<', ` ${labels.ours}`),
    ...textOf('ours'),
    ...(showsBase ? [marker('|', ` ${labels.base}`), ...textOf('base')] : []),
    marker('='),
    ...textOf('theirs'),
    marker('>', ` ${labels.theirs}`),
  ];
  return before + lines.join('\n');
}
