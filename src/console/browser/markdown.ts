/**
 * The part of Markdown that runbooks and model cards are written in: headings, paragraphs, lists, tables, code,
 * bold; links as their text, since a page leads to no other site. HTML stays text.
 */

export interface Inline {
  readonly type: 'text' | 'bold' | 'code';
  readonly text: string;
}

type Content = readonly Inline[];

export type Block =
  | { readonly type: 'heading'; readonly level: number; readonly content: Content }
  | { readonly type: 'paragraph'; readonly content: Content }
  | { readonly type: 'list'; readonly items: readonly Content[] }
  | {
      readonly type: 'table';
      readonly head: readonly Content[];
      readonly rows: readonly (readonly Content[])[];
    }
  | { readonly type: 'code'; readonly text: string };

/** The blocks of a document, without the metadata before it (YAML front matter). */
export function parseMarkdown(text: string): Block[] {
  return parseBlocks(text.replace(/^---\n.*?\n---\n/s, '').split('\n'));
}

export function parseBlocks(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  const take = (isPart: (line: string) => boolean): string[] => {
    const begin = at;
    while (at < lines.length && isPart(lines[at] ?? '')) {
      at++;
    }
    return lines.slice(begin, at);
  };
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (line.trim() === '') {
      at++;
    } else if (line.startsWith('```')) {
      at++;
      blocks.push({ type: 'code', text: take((each) => !each.startsWith('```')).join('\n') });
      at++;
    } else if (HEADING.test(line)) {
      blocks.push(parseHeading(line));
      at++;
    } else if (isTable(line, lines[at + 1])) {
      blocks.push(parseTable(take((each) => each.trimStart().startsWith('|'))));
    } else if (isItem(line)) {
      const items = joinItems(take((each) => isItem(each) || each.startsWith('  ')));
      blocks.push({ type: 'list', items: items.map(parseInline) });
    } else {
      // Its first line may look like a block, and be none.
      at++;
      const text = [line, ...take((each) => each.trim() !== '' && !BLOCK_START.test(each))];
      blocks.push({ type: 'paragraph', content: parseInline(text.join(' ')) });
    }
  }
  return blocks;
}

const HEADING = /^(#{1,6}) (.*)$/;
/** A line that begins a block after a paragraph, without an empty line between them. */
const BLOCK_START = /^(?:```|#{1,6} |(?:[-*]|\d+\.) |\|)/;

function parseHeading(line: string): Block {
  const [, marks = '', text = ''] = HEADING.exec(line) ?? [];
  return {
    type: 'heading',
    level: marks.length,
    content: parseInline(text.replace(/(?<!#)#+$/, '').trim()),
  };
}

function isTable(line: string, next = ''): boolean {
  return line.startsWith('|') && /^\|[ :|-]+$/.test(next);
}

function parseTable([head = '', , ...rows]: readonly string[]): Block {
  const cellsOf = (line: string): Content[] =>
    line
      .trim()
      .replace(/^\||\|$/g, '')
      .split(/(?<!\\)\|/)
      .map((cell) => parseInline(cell.trim()));
  return { type: 'table', head: cellsOf(head), rows: rows.map(cellsOf) };
}

function isItem(line: string): boolean {
  return /^(?:[-*]|\d+\.) /.test(line);
}

/** An item goes on in the lines that are indented. */
function joinItems(lines: readonly string[]): string[] {
  const items: string[] = [];
  for (const line of lines) {
    const text = line.replace(/^(?:[-*]|\d+\.) /, '').trim();
    const before = isItem(line) ? undefined : items.pop();
    items.push(before === undefined ? text : `${before} ${text}`);
  }
  return items;
}

/** `**bold**`, `` `code` ``; of a link, its text. */
function parseInline(text: string): Inline[] {
  const withoutLinks = text
    .replace(/\[([^[\]]+)\]\([^()[\]]+\)/g, '$1')
    .replace(/<(https?:[^<>]+)>/g, '$1');
  return withoutLinks.split(/(\*\*[^*]+\*\*|`[^`]+`)/).flatMap((part): Inline[] => {
    if (part === '') {
      return [];
    }
    if (part.startsWith('**') && part.endsWith('**')) {
      return [{ type: 'bold', text: part.slice(2, -2) }];
    }
    return part.startsWith('`') && part.length > 1
      ? [{ type: 'code', text: part.slice(1, -1) }]
      : [{ type: 'text', text: part }];
  });
}
