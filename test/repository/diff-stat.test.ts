import { expect, test } from 'vitest';
import { formatSizes } from '../../src/commands/models/diff-lines.ts';
import { formatDiffStat } from '../../src/commands/models/diff-stat.ts';
import { createPaint } from '../../src/terminal/paint.ts';
import { AFTER, BEFORE, diff } from './diff-versions.ts';

test('a line for each part with --stat', async () => {
  const found = await diff(BEFORE, AFTER);
  const lines = formatDiffStat(found, 80, createPaint(false)).split('\n');
  expect(lines.slice(3)).toEqual([
    'files             13 changed, 1 added',
    'hyper-parameters  3 changed, 1 added, 1 removed',
    'configuration     1 changed',
    'data              train rows 30 → 42 (+12)',
    '                  dev rows 2',
    'environment       packages 1 changed, 1 added, 1 removed, 1 with other hashes',
    'code and texts    2 changed, 1 added: 3 lines added, 2 removed',
    'model             142 B → 210 B',
    'tokenizer         vocabulary 3 → 2 (−1)',
    'scores            semeval-en/dev  0.6000 → 0.7000  +0.1000',
    '                  umsab-de/dev    0.4000 → 0.3000  −0.1000',
  ]);
});

test('scores that did not change are the same, and the notes are shown', async () => {
  const found = await diff(BEFORE, { ...BEFORE, 'README.md': 'x' });
  const note = `inputs are not compared: ${'of the model there is only a pointer '.repeat(5)}`;
  const text = (notes: string[]) =>
    formatDiffStat({ ...found, notes }, 60, createPaint(false))
      .split('\n')
      .slice(5);
  expect(text(['one', note.trim()])).toEqual([
    'scores            semeval-en/dev  0.6000, the same',
    '                  umsab-de/dev    0.4000, the same',
    'notes             one',
    '                  inputs are not compared: of the model',
    '                  there is only a pointer of the model ther…',
  ]);
  const url = `s3://${'x'.repeat(100)}`;
  expect(text([`at ${url} and ${url}`]).at(-1)).toBe(`${' '.repeat(18)}${url.slice(0, 41)}…`);
});

test('a size is a change only where it is one', () => {
  expect(formatSizes({ old: 23_481_386, new: 23_481_386 })).toBe('23.5 MB, unchanged');
  expect(formatSizes({ old: 23_481_386, new: 23_481_387 })).toBe(
    '23,481,386 bytes → 23,481,387 bytes',
  );
  expect(formatSizes({ old: 23_481_386, new: 54_975_851 })).toBe('23.5 MB → 55 MB');
});
