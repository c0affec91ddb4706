/** JSON as a source tree: `1e-4` stays `1e-4`, and an array on one line stays on one line. */
import { type Node, parseTree } from 'jsonc-parser';
import { ModelError } from '../version/errors.ts';
import { parseJson } from '../version/json.ts';
import type { Container, Member, SourceNode } from './source-tree.ts';

interface JsonSourceOptions {
  /**
   * Arrays of objects to merge by element: for the key that holds such an array, the key of an
   * element's name. Any other array is one value.
   */
  readonly identifiers?: Readonly<Record<string, string>>;
  /** The keys of such arrays whose elements are units. */
  readonly units?: readonly string[];
  /** Which file the text is, for messages. */
  readonly origin?: string;
}

/**
 * Parses JSON (RFC 8259).
 *
 * @throws ModelError `unfit` where the text is not JSON, or an object has a key twice: parsers
 * disagree on what that means.
 */
export function parseJsonSource(
  text: string,
  { identifiers = {}, units = [], origin = 'JSON' }: JsonSourceOptions = {},
): SourceNode {
  // jsonc-parser accepts more than JSON.
  parseJson(text, origin);
  const root = parseTree(text) as Node;
  const node = sourceNode(root, { text, identifiers, units, origin });
  const { content } = node;
  if (!content) {
    return node;
  }
  const [start, end] = extent(root);
  const open = text.slice(0, start) + content.open;
  const close = content.close + text.slice(end);
  return { ...node, text, content: { ...content, open, close } };
}

interface Context {
  readonly text: string;
  readonly identifiers: Readonly<Record<string, string>>;
  readonly units: readonly string[];
  readonly origin: string;
}

/** @param parentKey the key of which the node is the value. */
function sourceNode(node: Node, context: Context, parentKey = ''): SourceNode {
  const text = context.text.slice(...extent(node));
  switch (node.type) {
    case 'object':
      return objectNode(node, text, context);
    case 'array':
      return arrayNode(node, text, context, parentKey);
    case 'number':
      return { text, meaning: numberMeaning(text) };
    default:
      return { text, meaning: JSON.stringify(node.value) };
  }
}

function objectNode(node: Node, text: string, context: Context): SourceNode {
  const members = (node.children ?? []).map((property): LocatedMember => {
    const [key, value] = property.children as [Node, Node];
    const name: string = key.value;
    return { key: name, node: sourceNode(value, context, name), from: key, to: value };
  });
  assertUniqueKeys(members, context.origin);
  const meanings = members.map(({ key, node: { meaning } }) => `${JSON.stringify(key)}:${meaning}`);
  return {
    text,
    // The order of keys means nothing.
    meaning: `{${meanings.sort()}}`,
    content: container('object', node, members, context),
  };
}

function arrayNode(node: Node, text: string, context: Context, parentKey: string): SourceNode {
  const { identifiers, units } = context;
  const isUnit = units.includes(parentKey);
  const elements = (node.children ?? []).map((child) => ({
    name: Object.hasOwn(identifiers, parentKey) ? nameOf(child, identifiers[parentKey]) : undefined,
    node: { ...sourceNode(child, context), isUnit },
    from: child,
    to: child,
  }));
  const meaning = `[${elements.map((element) => element.node.meaning)}]`;
  const members = elements.flatMap(({ name, ...element }): LocatedMember[] =>
    name === undefined ? [] : [{ key: name, ...element }],
  );
  const names = new Set(members.map(({ key }) => key));
  return names.size === elements.length && Object.hasOwn(identifiers, parentKey)
    ? { text, meaning, content: container('array', node, members, context) }
    : { text, meaning, lineKind: 'list' };
}

/** Python, which reads most of these files, distinguishes 1 from 1.0. */
function numberMeaning(text: string): string {
  return /^-?\d+$/.test(text) ? `${BigInt(text)}` : `float ${Number(text)}`;
}

interface LocatedMember extends Pick<Member, 'key' | 'node'> {
  /** The first and the last node of the member's text. */
  readonly from: Node;
  readonly to: Node;
}

/** Divides the whole text of an object or array among its members, `open` and `close`. */
function container(
  kind: Container['kind'],
  node: Node,
  members: readonly LocatedMember[],
  { text }: Context,
): Container {
  const [start, end] = extent(node);
  const gaps = members.map(({ from }, i) => {
    const before = members[i - 1]?.to;
    return text.slice(before ? extent(before)[1] : start, from.offset);
  });
  const last = members.at(-1)?.to;
  const [open = text.slice(start, start + 1), second = `,${open.slice(1) || ' '}`] = gaps;
  return {
    kind,
    open,
    members: members.map(({ key, node: value, from, to }, i) => ({
      key,
      lead: i === 0 ? second : (gaps[i] as string),
      head: text.slice(from.offset, to.offset),
      node: value,
    })),
    close: text.slice(last ? extent(last)[1] : start + 1, end),
  };
}

function assertUniqueKeys(members: readonly LocatedMember[], origin: string): void {
  const keys = new Set<string>();
  for (const { key } of members) {
    if (keys.has(key)) {
      throw new ModelError('unfit', `${origin}: the key "${key}" is there twice`);
    }
    keys.add(key);
  }
}

function nameOf(element: Node, identifier: string | undefined): string | undefined {
  const property = element.children?.find(({ children }) => children?.[0]?.value === identifier);
  const name: unknown = property?.children?.[1]?.value;
  return typeof name === 'string' ? name : undefined;
}

function extent({ offset, length }: Node): [start: number, end: number] {
  return [offset, offset + length];
}
