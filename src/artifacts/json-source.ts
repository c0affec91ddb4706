/** JSON with its text: `1e-4` stays `1e-4`, and an array on one line stays there. */
import { type Node, parseTree } from 'jsonc-parser';
import { ModelError } from '../version/errors.ts';
import type { Container, Member, SourceNode } from './source-tree.ts';

interface JsonSourceOptions {
  /**
   * Arrays of objects whose elements have names, by the key that holds the array: the key of the
   * name. Any other array is one value.
   */
  readonly identifiers?: Readonly<Record<string, string>>;
  /** What the text is, for messages. */
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
  { identifiers = {}, origin = 'JSON' }: JsonSourceOptions = {},
): SourceNode {
  let root: Node | undefined;
  try {
    JSON.parse(text);
    root = parseTree(text);
  } catch (cause) {
    throw new ModelError('unfit', `${origin}: ${(cause as Error).message}`, { cause });
  }
  const node = sourceNode(root as Node, { text, identifiers, origin });
  const { content } = node;
  if (!content) {
    return node;
  }
  const [start, end] = extent(root as Node);
  const open = text.slice(0, start) + content.open;
  const close = content.close + text.slice(end);
  return { ...node, text, content: { ...content, open, close } };
}

interface Context {
  readonly text: string;
  readonly identifiers: Readonly<Record<string, string>>;
  readonly origin: string;
}

/** @param holder the key under which the node stands. */
function sourceNode(node: Node, context: Context, holder = ''): SourceNode {
  const text = context.text.slice(...extent(node));
  switch (node.type) {
    case 'object':
      return objectNode(node, text, context);
    case 'array':
      return arrayNode(node, text, context, holder);
    case 'number':
      return { text, meaning: numberMeaning(text) };
    default:
      return { text, meaning: JSON.stringify(node.value) };
  }
}

function objectNode(node: Node, text: string, context: Context): SourceNode {
  const members = (node.children ?? []).map((property): Named => {
    const [key, value] = property.children as [Node, Node];
    const name: string = key.value;
    return { key: name, node: sourceNode(value, context, name), from: key, to: value };
  });
  refuseTwins(members, context.origin);
  const meanings = members.map(({ key, node: { meaning } }) => `${JSON.stringify(key)}:${meaning}`);
  return {
    text,
    // The order of keys means nothing.
    meaning: `{${meanings.sort()}}`,
    content: container('object', node, members, context),
  };
}

function arrayNode(node: Node, text: string, context: Context, holder: string): SourceNode {
  const { identifiers } = context;
  const elements = (node.children ?? []).map((child) => ({
    name: Object.hasOwn(identifiers, holder) ? nameOf(child, identifiers[holder]) : undefined,
    node: sourceNode(child, context),
    from: child,
    to: child,
  }));
  const meaning = `[${elements.map((element) => element.node.meaning)}]`;
  const members = elements.flatMap(({ name, ...element }): Named[] =>
    name === undefined ? [] : [{ key: name, ...element }],
  );
  const names = new Set(members.map(({ key }) => key));
  return names.size === elements.length && Object.hasOwn(identifiers, holder)
    ? { text, meaning, content: container('array', node, members, context) }
    : { text, meaning };
}

/** What reads the files is Python as a rule, where 1 and 1.0 are of different types. */
function numberMeaning(text: string): string {
  return /^-?\d+$/.test(text) ? `${BigInt(text)}` : `float ${Number(text)}`;
}

interface Named extends Pick<Member, 'key' | 'node'> {
  /** Where the member's text begins and ends. */
  readonly from: Node;
  readonly to: Node;
}

/** Cuts the text of an object or array into what belongs to each member, with nothing left over. */
function container(
  kind: Container['kind'],
  node: Node,
  members: readonly Named[],
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

function refuseTwins(members: readonly Named[], origin: string): void {
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
