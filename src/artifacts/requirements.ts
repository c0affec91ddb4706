/**
 * pip's requirements files, by package.
 * Source: pip's documentation, "Requirements File Format"; names are normalised by PEP 503.
 */
import { ModelError } from '../version/errors.ts';
import { lines, type Member, type SourceNode } from './source-tree.ts';

export interface Requirement {
  /** The package's normalised name; for a line without one (an option, an address), the line. */
  readonly name: string;
  /** What follows the name, such as `==1.26.4` or `>=2; python_version < "3.12"`. */
  readonly specifier: string;
  /** Sorted, such as `sha256:…`. */
  readonly hashes: readonly string[];
}

/** The requirements of a file, in its order. */
export function readRequirements(text: string): Requirement[] {
  return groupLines(text.split('\n')).flatMap(({ code }) => (code ? [parseRequirement(code)] : []));
}

/**
 * Checks that a requirements file always installs the same bytes.
 *
 * @param path of the file, for messages.
 * @returns a message for each package without an exact version or a hash, and for each address.
 */
export function checkRequirements(text: string, path: string): string[] {
  const requirements = readRequirements(text);
  const problems = requirements.flatMap(({ name, specifier, hashes }) => {
    if (/:\/\/|^-/.test(name + specifier)) {
      return [`an address or an option has no place in it: ${name}${specifier}`];
    }
    if (!/^(?:\[[^\]]*\])?==[\w.!+-]+(?:\s*;.*)?$/.test(specifier)) {
      return [`${name} has no exact version`];
    }
    return hashes.length > 0 ? [] : [`${name} has no hash`];
  });
  return requirements.length > 0
    ? problems.map((problem) => `${path}: ${problem}`)
    : [`${path}: it names no package`];
}

/**
 * A requirements file as a tree: a member for each package, with its hashes and the comments below
 * it, and one for each other comment.
 *
 * @throws ModelError `unfit` where a package is required twice.
 */
export function parseRequirements(text: string): SourceNode {
  const close = text.endsWith('\n') ? '\n' : '';
  const textLines = text === '' ? [] : text.slice(0, text.length - close.length).split('\n');
  const members = groupLines(textLines).map(({ code, comments }) =>
    code ? packageMember(code, comments) : { key: comments[0] as string, node: line(comments[0]) },
  );
  return lines(text, withUniqueKeys(members), close);
}

/** The lines of one requirement with the indented comments below it, or one other line. */
interface LineGroup {
  /** The lines of a requirement; absent for a comment or an empty line of its own. */
  readonly code?: string;
  readonly comments: string[];
}

function groupLines(textLines: readonly string[]): LineGroup[] {
  const groups: LineGroup[] = [];
  let isContinued = false;
  for (const text of textLines) {
    const last = groups.at(-1);
    if (isContinued && last?.code !== undefined) {
      groups[groups.length - 1] = { ...last, code: `${last.code}\n${text}` };
    } else if (/^\s+#/.test(text) && last?.code !== undefined) {
      last.comments.push(text);
    } else if (/^\s*(?:#|$)/.test(text)) {
      groups.push({ comments: [text] });
    } else {
      groups.push({ code: text, comments: [] });
    }
    isContinued = /\\\r?$/.test(text) && groups.at(-1)?.code !== undefined;
  }
  return groups;
}

function packageMember(code: string, comments: readonly string[]): Pick<Member, 'key' | 'node'> {
  const { name, specifier, hashes } = parseRequirement(code);
  const meaning = [name, specifier, ...hashes].join(' ');
  const members = comments.map((text) => ({ key: text.trim(), node: line(text) }));
  const node = lines(
    [code, ...comments].join('\n'),
    withUniqueKeys([
      { key: '', node: { text: code, meaning, lineKind: name + specifier } },
      ...members,
    ]),
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

/** Numbers the keys of lines that occur several times; a package must not. */
function withUniqueKeys<T extends Pick<Member, 'key' | 'node'>>(members: readonly T[]): T[] {
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
