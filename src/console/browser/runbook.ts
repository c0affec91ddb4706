/** The part of Markdown that docs/runbook.md is written in: paragraphs, lists, code, bold, links as text. */

export interface Inline {
  readonly type: 'text' | 'bold' | 'code';
  readonly text: string;
}

export type Block =
  | { readonly type: 'paragraph'; readonly content: readonly Inline[] }
  | { readonly type: 'list'; readonly items: readonly (readonly Inline[])[] }
  | { readonly type: 'code'; readonly text: string };

/** The blocks below a heading `## title`, up to the next one; none where there is no such heading. */
export function parseSection(markdown: string, title: string): Block[] {
  const lines = markdown.split('\n');
  const start = lines.indexOf(`## ${title}`);
  if (start < 0) {
    return [];
  }
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line.startsWith('## '));
  return parseBlocks(end < 0 ? rest : rest.slice(0, end));
}

function parseBlocks(lines: readonly string[]): Block[] {
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
    } else if (isItem(line)) {
      const items = joinItems(take((each) => isItem(each) || each.startsWith('  ')));
      blocks.push({ type: 'list', items: items.map(parseInline) });
    } else {
      const text = take((each) => each.trim() !== '' && !each.startsWith('```') && !isItem(each));
      blocks.push({ type: 'paragraph', content: parseInline(text.join(' ')) });
    }
  }
  return blocks;
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
