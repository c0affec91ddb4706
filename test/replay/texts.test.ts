/** What of a log can be replayed. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openTextFile, type TextFile } from '../../src/replay/text-file.ts';
import { findText, mayBeMasked } from '../../src/replay/texts.ts';
import { maskText } from '../../src/telemetry/mask.ts';
import { temporaryFolder } from '../support/git-version.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const hashed = (text: string) => ({ input: `sha256:${hashOf(text)}`, isCut: false });

async function withTexts<T>(
  content: string | Buffer,
  use: (file: TextFile) => Promise<T>,
): Promise<T> {
  const path = join(temporaryFolder(), 'texts');
  writeFileSync(path, content);
  const file = await openTextFile(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

describe('a text is found', () => {
  test.each([
    ['in full', 'hello @user', 'full'],
    ['in full, though it looks masked', 'my <phone> is new', 'full'],
    ['in full, though it looks like a hash', `sha256:${'0'.repeat(64)}`, 'full'],
    ['where masking had nothing to do', 'hello', 'masked'],
    ['where the log does not name LOG_INPUT', 'hello @user http', undefined],
  ])('%s', async (_, input, logInput) => {
    expect(await findText({ input, isCut: false }, logInput, undefined)).toEqual({ text: input });
  });
});

describe('a text is missing', () => {
  test.each<[string, string | undefined, string | undefined, string]>([
    ['absent', undefined, 'none', 'none'],
    ['blank, which no server accepts', ' ', 'full', 'none'],
    ['a hash', `sha256:${'0'.repeat(64)}`, undefined, 'hash'],
    [
      'masked, with a placeholder that people do not write',
      'write to <email>',
      undefined,
      'masked',
    ],
    ...['@someone hi', 'see https://example.com', 'me@example.com', 'call 0123 456 789'].map(
      (text): [string, string, string, string] => [
        `masked: ${text}`,
        maskText(text),
        'masked',
        'masked',
      ],
    ),
  ])('%s', async (_, input, logInput, missing) => {
    expect(await findText({ input, isCut: false }, logInput, undefined)).toEqual({ missing });
  });
});

test('a text is missing where the log has only its beginning', async () => {
  expect(await findText({ input: 'hello…', isCut: true }, 'full', undefined)).toEqual({
    missing: 'cut',
  });
});

test('a text may be masked only where the log does not name LOG_INPUT', () => {
  expect(mayBeMasked('hi @user', undefined)).toBe(true);
  expect(mayBeMasked('hi @user', 'full')).toBe(false);
  expect(mayBeMasked('hi @username, see https://example.com', undefined)).toBe(false);
});

describe('a file of texts', () => {
  const TEXTS = [
    'hello',
    '{ a brace',
    'Grüße 👍\u{1f3fd}',
    'a\tb',
    'x'.repeat(600_000),
    'the last',
  ];

  test('has each text by its hash: of lines, also with CRLF', async () => {
    for (const newline of ['\n', '\r\n']) {
      await withTexts(TEXTS.join(newline), async (file) => {
        for (const text of TEXTS) {
          expect((await file.find(hashOf(text))) === text, text.slice(0, 20)).toBe(true);
        }
        expect(await file.find(hashOf('another'))).toBeUndefined();
      });
    }
  });

  test('has each text of JSON lines, also with line feeds in it', async () => {
    const texts = ['two\nlines', 'hello', 'ends in a return\r'];
    const content = texts.map((text) => `${JSON.stringify({ label: 'neutral', text })}\n`).join('');
    await withTexts(content, async (file) => {
      for (const text of texts) {
        expect(await file.find(hashOf(text))).toBe(text);
      }
      expect(await findText(hashed('hello'), 'hash', file)).toEqual({ text: 'hello' });
      expect(await findText(hashed('other'), 'hash', file)).toEqual({
        missing: 'unknown-hash',
      });
    });
  });

  test('may have 100,000 texts, each several times', async () => {
    const lines = Array.from({ length: 100_000 }, (_, at) => `text ${at % 50_000}\n`);
    await withTexts(lines.join(''), async (file) => {
      for (const at of [0, 1, 2_047, 25_000, 49_999]) {
        expect(await file.find(hashOf(`text ${at}`))).toBe(`text ${at}`);
      }
      expect(await file.find(hashOf('text 50000'))).toBeUndefined();
    });
  });

  test('must not be compressed', async () => {
    await expect(withTexts(gzipSync('hello'), async () => undefined)).rejects.toThrow(
      'expected one text a line, or JSON lines with "text", found compressed data',
    );
  });
});
