import { expect, test } from 'vitest';
import { parseMarkdown } from '../../src/console/browser/markdown.ts';

const text = (value: string) => [{ type: 'text', text: value }];

test('a model card: no metadata; headings, tables, lists, code', () => {
  const card = [
    ...['---', 'license: mit', '---', '# Title #', 'A paragraph', 'that goes on'],
    ...[
      '| a | b |',
      '|---|--:|',
      '| 1 | **2** |',
      '- one',
      '  more',
      '- two',
      '```',
      '# code',
      '```',
    ],
  ].join('\n');
  expect(parseMarkdown(card)).toEqual([
    { type: 'heading', level: 1, content: text('Title') },
    { type: 'paragraph', content: text('A paragraph that goes on') },
    {
      type: 'table',
      head: [text('a'), text('b')],
      rows: [[text('1'), [{ type: 'bold', text: '2' }]]],
    },
    { type: 'list', items: [text('one more'), text('two')] },
    { type: 'code', text: '# code' },
  ]);
});

test('links are their text, and markup stays text', () => {
  expect(parseMarkdown('See [this](javascript:alert) <img src=x onerror=alert(1)>')).toEqual([
    { type: 'paragraph', content: text('See this <img src=x onerror=alert(1)>') },
  ]);
});

test.each(['|', '| a |', '#', '# ', '####### seven', '---', '---\nx', '```', '- ', '- a\n|', '1.'])(
  'broken Markdown is parsed to the end: %j',
  (source) => {
    expect(parseMarkdown(source).length).toBeLessThanOrEqual(source.split('\n').length);
  },
);
