/** JSON with its text: `1e-4` stays `1e-4`, and an array on one line stays there. */
import { type Node, parseTree } from 'jsonc-parser';
import { ModelError } from './errors.ts';
import type { Container, Member, SourceNode } from './source-tree.ts';

/**
 * Parses JSON (RFC 8259).
 *
 * @param identifiers arrays of objects whose elements have names, by the key that holds the array:
 * the key of the name. Any other array is one value.
 * @throws ModelError `unfit` where the text is not JSON, or an object has a key twice: parsers
 * disagree on what that means.
 */
export function parseJsonSource(
  text: string,
  identifiers: Readonly<Record<string, string>> = {},
): SourceNode {
  let root: Node | undefined;
  try {
    JSON.parse(text);
    root = parseTree(text);
  } catch (cause) {
    throw new ModelError('unfit', `not JSON: ${(cause as Error).message}`, { cause });
  }
  const node = sourceNode(root as Node, { text, identifiers });
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
}

function sourceNode(node: Node, context: Context, holder = ''): SourceNode {
  const text = context.text.slice(...extent(node));
  const children = node.children ?? [];
  switch (node.type) {
    case 'object': {
      const members = children.map((property): Named => {
        const [key, value] = property.children as [Node, Node];
        return { key: key.value, node: sourceNode(value, context, key.value), from: key, to: value };
      });
      refuseTwins(members);
      const entries = members.map(({ key, node: { meaning } }) => [key, meaning] as const);
      return {
        text,
        meaning: `{${entries.sort().map(([key, meaning]) => `${JSON.stringify(key)}:${meaning}`)}}`,
        content: container('object', node, members, context),
      };
    }
    case 'array': {
      const elements = children.map((child) => sourceNode(child, context));
      const meaning = `[${elements.map((element) => element.meaning)}]`;
      const names = children.map((child) => nameOf(child, context.identifiers[holder]));
      const members = elements.flatMap((element, i): Named[] => {
        const [key, child] = [names[i], children[i] as Node];
        return key === undefined ? [] : [{ key, node: element, from: child, to: child }];
      });
      const areNamed = members.length === children.length && new Set(names).size === names.length;
      return areNamed && holder in context.identifiers
        ? { text, meaning, content: container('array', node, members, context) }
        : { text, meaning };
    }
    case 'number':
      return { text, meaning: numberMeaning(text) };
    default:
      return { text, meaning: JSON.stringify(node.value) };
  }
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

function refuseTwins(members: readonly Named[]): void {
  const keys = new Set<string>();
  for (const { key } of members) {
    if (keys.has(key)) {
      throw new ModelError('unfit', `not JSON that is understood: the key "${key}" is there twice`);
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
