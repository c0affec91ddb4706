/** The sections of docs/runbook.md. */
import { type Block, parseBlocks } from './markdown.ts';

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
