/**
 * Three-way merge by key: a change is what differs from the base, and two changes clash only where
 * both sides changed the same thing differently.
 */
import type { Container, Member, SourceNode } from '../source-tree.ts';

/** The same thing in the common ancestor and in the two versions that are merged. */
export interface Sides<T> {
  readonly base: T | undefined;
  readonly ours: T | undefined;
  readonly theirs: T | undefined;
}

export interface Merged {
  readonly text: string;
  readonly conflicts: readonly Conflict[];
}

export interface Conflict extends Sides<string> {
  /** Keys from the top of the file, joined by dots; empty for the whole file. */
  readonly path: string;
}

/**
 * Merges two files. Where they clash, the text has git's markers around both sides and the base.
 *
 * @param base undefined where both sides added the file.
 * @returns undefined where the files have no parts to merge by.
 */
export function mergeSources(
  base: SourceNode | undefined,
  ours: SourceNode,
  theirs: SourceNode,
): Merged | undefined {
  return mergeNodes({ base, ours, theirs }, []);
}

/** @returns undefined for a conflict. */
function mergeNodes(sides: Sides<SourceNode>, path: readonly string[]): Merged | undefined {
  const same = chosen(sides, 'text');
  if (same) {
    return { text: same.text, conflicts: [] };
  }
  const contents = containers(sides);
  if (contents) {
    return mergeContainers(contents, path);
  }
  const equal = chosen(sides, 'meaning');
  return equal && { text: equal.text, conflicts: [] };
}

const DELETED: Pick<SourceNode, 'text' | 'meaning'> = { text: '', meaning: '' };

/** The side to take where only one side changed, or both did the same; `DELETED` may be that side. */
function chosen(
  { base, ours, theirs }: Sides<SourceNode>,
  by: 'text' | 'meaning',
): Pick<SourceNode, 'text'> | undefined {
  if (base?.[by] === ours?.[by]) {
    return theirs ?? DELETED;
  }
  return base?.[by] === theirs?.[by] || ours?.[by] === theirs?.[by] ? (ours ?? DELETED) : undefined;
}

type Containers = Sides<Container> & { readonly ours: Container; readonly theirs: Container };

/** The sides as containers, where both are of one kind and didn't replace something else. */
function containers({ base, ours, theirs }: Sides<SourceNode>): Containers | undefined {
  const kind = ours?.content?.kind;
  const isOneKind =
    theirs?.content?.kind === kind && (base === undefined || base.content?.kind === kind);
  return ours?.content && theirs?.content && isOneKind
    ? { base: base?.content, ours: ours.content, theirs: theirs.content }
    : undefined;
}

/** A member of the result: its text, or the sides of a conflict, each with its key. */
type Piece = Pick<Member, 'lead'> & ({ readonly text: string } | { readonly sides: Sides<string> });

function mergeContainers({ base, ours, theirs }: Containers, path: readonly string[]): Merged {
  const conflicts: Conflict[] = [];
  const pieces: Piece[] = [];
  const members = { base: byKey(base), ours: byKey(ours), theirs: byKey(theirs) };
  for (const key of mergedKeys([...members.ours.keys()], [...members.theirs.keys()])) {
    const sides = mapSides(members, (side) => side.get(key));
    const lead = pick(mapSides(sides, (member) => member.lead)) as string;
    const keyPath = [...path, key];
    const merged = mergeNodes(
      mapSides(sides, (member) => member.node),
      keyPath,
    );
    if (!merged) {
      conflicts.push({
        path: keyPath.filter(Boolean).join('.'),
        ...mapSides(sides, (member) => member.node.text),
      });
      pieces.push({ lead, sides: mapSides(sides, ({ head, node }) => head + node.text) });
    } else if (merged.text !== '' || isEmptyLine(sides)) {
      conflicts.push(...merged.conflicts);
      pieces.push({ lead, text: pick(mapSides(sides, (member) => member.head)) + merged.text });
    }
  }
  return { text: render(pieces, outline({ base, ours, theirs })), conflicts };
}
