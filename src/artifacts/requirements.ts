/**
 * pip's requirements files, by package.
 * Source: pip's documentation, "Requirements File Format"; names are compared as PEP 503 says.
 */
import { ModelError } from '../version/errors.ts';
import { lines, type Member, type SourceNode } from './source-tree.ts';

export interface Requirement {
  /** The package's normalised name; of a line that names none (an option, an address), the line. */
  readonly name: string;
  /** What follows the name, such as `==1.26.4` or `>=2; python_version < "3.12"`. */
  readonly specifier: string;
  /** Sorted, such as `sha256:…`. */
  readonly hashes: readonly string[];
}

/** The requirements of a file, in its order. */
export function readRequirements(text: string): Requirement[] {
  return blocks(text.split('\n')).flatMap(({ code }) => (code ? [parseRequirement(code)] : []));
}

/**
 * A requirements file as a tree: a member for each package, with its hashes and the comments below
 * it, and one for each other comment.
 *
 * @throws ModelError `unfit` where a package is there twice.
 */
export function parseRequirements(text: string): SourceNode {
  const close = text.endsWith('\n') ? '\n' : '';
  const all = text === '' ? [] : text.slice(0, text.length - close.length).split('\n');
  const members = blocks(all).map(({ code, comments }) =>
    code ? packageMember(code, comments) : { key: comments[0] as string, node: line(comments[0]) },
  );
  return lines(text, onlyOnce(members), close);
}

interface Block {
  /** The lines of a requirement; absent for a comment or an empty line of its own. */
  readonly code?: string;
  readonly comments: string[];
}

function blocks(all: readonly string[]): Block[] {
  const found: Block[] = [];
  let isContinued = false;
  for (const text of all) {
    const last = found.at(-1);
    if (isContinued && last?.code !== undefined) {
      found[found.length - 1] = { ...last, code: `${last.code}\n${text}` };
    } else if (/^\s+#/.test(text) && last?.code !== undefined) {
      last.comments.push(text);
    } else if (/^\s*(?:#|$)/.test(text)) {
      found.push({ comments: [text] });
    } else {
      found.push({ code: text, comments: [] });
    }
    isContinued = /\\\r?$/.test(text) && found.at(-1)?.code !== undefined;
  }
  return found;
}

function packageMember(code: string, comments: readonly string[]): Pick<Member, 'key' | 'node'> {
  const { name, specifier, hashes } = parseRequirement(code);
  const meaning = [name, specifier, ...hashes].join(' ');
  const members = comments.map((text) => ({ key: text.trim(), node: line(text) }));
  const node = lines(
    [code, ...comments].join('\n'),
    onlyOnce([{ key: '', node: { text: code, meaning } }, ...members]),
    '',
    'requirement',
  );
  return { key: name, node: { ...node, meaning } };
}

function parseRequirement(code: string): Requirement {
  const line = code.replace(/\\\r?\n/g, ' ');
  const hashes = [...line.matchAll(/\s--hash[= ](\S+)/g)].map(([, hash]) => hash as string);
  const text = line.replace(/\s--hash[= ]\S+/g, '').trim();
  const [, name, specifier] =
    /^([a-z\d](?:[\w.-]*[a-z\d])?)(?=\s*(?:$|[[<>=!~;@#]))(.*)$/is.exec(text) ?? [];
  return {
    name: name?.replace(/[-_.]+/g, '-').toLowerCase() ?? text,
    specifier: specifier?.trim() ?? '',
    hashes: hashes.sort(),
  };
}

function line(text = ''): SourceNode {
  return { text, meaning: text };
}

/** Tells lines that are there several times apart by their number; packages must not be. */
function onlyOnce<T extends Pick<Member, 'key' | 'node'>>(members: readonly T[]): T[] {
  const counts = new Map<string, number>();
  return members.map((member) => {
    const count = (counts.get(member.key) ?? 0) + 1;
    counts.set(member.key, count);
    if (count > 1 && member.node.content) {
      throw new ModelError('unfit', `${member.key} is required twice`);
    }
    return count > 1 ? { ...member, key: `${member.key} (${count})` } : member;
  });
}
