import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KnownError } from '../../src/errors.ts';
import { createTextTraffic, readTextFile } from '../../src/simulate/text-file.ts';
import { temporaryFolder } from '../support/git-version.ts';

function write(content: string): string {
  const path = join(temporaryFolder(), 'texts');
  writeFileSync(path, content);
  return path;
}

describe('labelled texts are read', () => {
  test('of a table: with or without a header, with tabs in a text, without a label', async () => {
    const rows = 'joy\tI got\tthe job\r\n\n\tno label here\nanger\tNot again\n';
    const expected = [
      { label: 'joy', text: 'I got\tthe job' },
      { label: undefined, text: 'no label here' },
      { label: 'anger', text: 'Not again' },
    ];
    expect(await readTextFile(write(rows))).toEqual(expected);
    expect(await readTextFile(write(`\ufefflabel\ttext\n${rows}`))).toEqual(expected);
  });

  test('of JSON lines', async () => {
    const lines = [
      { label: 'joy', text: 'Ich hab\nden Job', language: 'de', id: 7 },
      { text: 'no label' },
    ];
    const path = write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    expect(await readTextFile(path)).toEqual([
      { label: 'joy', text: 'Ich hab\nden Job', language: 'de' },
      { text: 'no label' },
    ]);
  });
});

test.each([
  ['a line without a tab', 'joy\ta\nb\n', ':2: expected <label><tab><text>, found "b"'],
  ['a blank text', 'joy\t \n', ':1: expected <label><tab><text>, found "joy\\t "'],
  [
    'JSON without a text',
    '{"label":"joy"}',
    ':1: expected {"text": …} with perhaps "label" and "language", found "{\\"label\\":\\"joy\\"}"',
  ],
  ['a label that is no text', '{"text":"a","label":1}', 'with perhaps "label"'],
  ['a table after JSON', '{"text":"a"}\njoy\tb\n', ':2: expected {"text": …}'],
  ['nothing', '\n', ': expected labelled texts, found none'],
])('%s is refused', async (_, content, message) => {
  const path = write(content);
  const reading = readTextFile(path);
  await expect(reading).rejects.toThrow(KnownError);
  await expect(reading).rejects.toThrow(message);
});

test('each text comes once, in an order that the seed determines, and then again', () => {
  const texts = Array.from({ length: 100 }, (_, at) => ({ label: 'x', text: `text ${at}` }));
  const take = (seed: number, count: number): string[] => {
    const next = createTextTraffic(texts, seed);
    return Array.from({ length: count }, () => next().text);
  };
  const first = take(1, 200);
  expect(new Set(first.slice(0, 100)).size).toBe(100);
  expect(first.slice(100)).toEqual(first.slice(0, 100));
  expect(take(1, 100)).toEqual(first.slice(0, 100));
  expect(take(2, 100)).not.toEqual(first.slice(0, 100));
});
