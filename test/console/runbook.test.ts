/** The runbook as the console shows it: each alert has its section, and nothing of it stays Markdown. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Block } from '../../src/console/browser/markdown.ts';
import { parseSection } from '../../src/console/browser/runbook.ts';
import { readDocument } from '../docs/markdown.ts';
import { ROOT } from '../support/server.ts';

const runbook = readDocument('docs/runbook.md');
const folder = join(ROOT, 'deploy', 'prometheus');
const alerts = readdirSync(folder)
  .filter((name) => name.startsWith('alerts-'))
  .flatMap((name) => {
    const { groups } = parse(readFileSync(join(folder, name), 'utf8')) as {
      groups: { rules: { alert: string }[] }[];
    };
    return groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
  });

const textsOf = (block: Block): string[] => {
  const parts =
    block.type === 'list' ? block.items.flat() : 'content' in block ? block.content : [];
  return parts.filter(({ type }) => type === 'text').map(({ text }) => text);
};

test.each([...new Set(alerts)])('%s', (alert) => {
  const blocks = parseSection(runbook, alert);
  expect(blocks.length).toBeGreaterThan(2);
  const texts = blocks.flatMap(textsOf);
  expect(texts.filter((text) => /\*\*|`|\]\(|^\s*(#|\||- |\d+\. )/.test(text))).toEqual([]);
  const bold = blocks.flatMap((block) =>
    block.type === 'paragraph' ? block.content.filter(({ type }) => type === 'bold') : [],
  );
  expect(bold.map(({ text }) => text)).toEqual(expect.arrayContaining(['Means.', 'Look.', 'Do.']));
});

test('paragraphs, lists that go on, code with markers of Markdown in it, links', () => {
  const section = [
    '# Other',
    '## One',
    'A **bold** word, `co*d*e`',
    'and a [link](x.md#y).',
    '',
    '- first',
    '  goes on',
    '- second `x`',
    '```sh',
    '# **no** <sha>',
    '',
    'end',
    '```',
    'After.',
    '## Two',
    'not this',
  ].join('\n');
  expect(parseSection(section, 'One')).toEqual([
    {
      type: 'paragraph',
      content: [
        { type: 'text', text: 'A ' },
        { type: 'bold', text: 'bold' },
        { type: 'text', text: ' word, ' },
        { type: 'code', text: 'co*d*e' },
        { type: 'text', text: ' and a link.' },
      ],
    },
    {
      type: 'list',
      items: [
        [{ type: 'text', text: 'first goes on' }],
        [
          { type: 'text', text: 'second ' },
          { type: 'code', text: 'x' },
        ],
      ],
    },
    { type: 'code', text: '# **no** <sha>\n\nend' },
    { type: 'paragraph', content: [{ type: 'text', text: 'After.' }] },
  ]);
  expect(parseSection(section, 'Three')).toEqual([]);
});
