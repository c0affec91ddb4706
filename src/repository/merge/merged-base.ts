/**
 * The base of a criss-cross merge: git merges the common ancestors first, with the same driver, and takes the
 * result with its conflict markers.
 */
import type { Container, Member, SourceNode } from '../../artifacts/source-tree.ts';

/** A conflict between markers: ours, the base where it is shown, theirs. */
const CONFLICT = /^<{7,} [^\n]*\n(.*?)(?:^\|{7,} [^\n]*\n.*?)?^={7,}\n(.*?)^>{7,}[^\n]*(?:\n|$)/gms;

/**
 * Parses a base. What the common ancestors disagree on is equal to nothing, as in git: it merges only where both
 * sides have the same.
 */
export function parseMergedBase(text: string, parse: (text: string) => SourceNode): SourceNode {
  const [ours, theirs] = ['$1', '$2'].map((side) => text.replace(CONFLICT, side)) as [
    string,
    string,
  ];
  return ours === theirs ? parse(text) : intersect(parse(ours), parse(theirs));
}

const UNKNOWN: SourceNode = { text: '(the common ancestors differ)', meaning: '(unknown)' };

function intersect(ours: SourceNode, theirs: SourceNode): SourceNode {
  if (ours.text === theirs.text) {
    return ours;
  }
  const [left, right] = [ours.content, theirs.content];
  if (left?.kind !== right?.kind || !left || !right) {
    return UNKNOWN;
  }
  return { ...UNKNOWN, content: { ...left, members: intersectMembers(left, right) } };
}

function intersectMembers(left: Container, right: Container): Member[] {
  const others = new Map(right.members.map((member) => [member.key, member]));
  const keys = new Set(left.members.map(({ key }) => key));
  const onlyRight = right.members.filter(({ key }) => !keys.has(key));
  return [
    ...left.members.map((member) => {
      const other = others.get(member.key);
      return { ...member, node: other ? intersect(member.node, other.node) : UNKNOWN };
    }),
    ...onlyRight.map((member) => ({ ...member, node: UNKNOWN })),
  ];
}
