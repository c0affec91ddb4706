import { expect, test } from 'vitest';
import {
  isolate,
  markInvisible,
  printable,
  printableJson,
  printableValue,
} from '../../src/terminal/printable.ts';

test.each([
  ['plain text', 'Guten Morgen', 'Guten Morgen'],
  ['colours', 'a \u001b[31mred\u001b[0m b', 'a red b'],
  ['colours in one byte', 'a \u009b31mred', 'a red'],
  ['a title', 'a\u001b]0;owned\u0007b', 'ab'],
  ['a link', '\u001b]8;;http://x\u001b\\click\u001b]8;;\u001b\\', 'click'],
  ['an escape that never ends', 'a\u001b]0;owned', 'a]0;owned'],
  ['titles of which one ends', '\u009d0;a\u009d0;b\u009cc', '0;ac'],
  ['a single escape character', 'a\u001bb', 'ab'],
  ['line breaks', 'a\r\nb\u2028c\td\u0085e', 'a b c d e'],
  ['a bell and a backspace', 'a\u0007\bb', 'ab'],
  ['overriding the direction', '\u202egood\u202c \u2067x\u2069', 'good x'],
  ['half a character', 'a\ud83d', 'a\ufffd'],
  ['a family', '👨‍👩‍👧‍👦', '👨‍👩‍👧‍👦'],
  ['Persian, whose words need the non-joiner', 'می‌خواهم', 'می‌خواهم'],
])('%s', (_, text, expected) => {
  expect(printable(text)).toBe(expected);
});

test('right-to-left text is isolated from the text beside it', () => {
  expect(isolate('שלום')).toBe('\u2068שלום\u2069');
  expect(isolate('صباح')).toBe('\u2068صباح\u2069');
  expect(isolate('hello 日本')).toBe('hello 日本');
});

test('JSON for a terminal has the same meaning', () => {
  const value = { input: 'a \u009b31m \u202e \u007f ü 👍🏽' };
  const line = printableJson(JSON.stringify(value));
  expect(line).not.toMatch(/[\u007f-\u009f\u202e]/);
  expect(line).toContain('ü 👍🏽');
  expect(JSON.parse(line)).toEqual(value);
});

test('every control character and bidirectional control is escaped, removed and marked', () => {
  for (let code = 0; code <= 0xffff; code++) {
    const character = String.fromCharCode(code);
    if (/[\p{Cc}\p{Bidi_Control}]/u.test(character)) {
      const isLayout = /[\t\n]/.test(character);
      const isSpace = /[\s\u0085]/.test(character);
      expect.soft(printable(`a${character}é`), `U+${code}`).toBe(isSpace ? 'a é' : 'aé');
      expect.soft(markInvisible(character), `U+${code}`).toBe(isLayout ? character : '\ufffd');
      expect.soft(printableJson(character) === character, `U+${code}`).toBe(isLayout);
    }
  }
});

test('white space between the tokens of JSON stays, except for a carriage return', () => {
  const json = '{\n\t"a":\r1}';
  expect(printableJson(json)).toBe('{\n\t"a": 1}');
});

test('invisible characters are marked, white space is kept', () => {
  expect(markInvisible('a\tb\n\u001b[31mc\u202e\r\n')).toBe('a\tb\n\ufffd[31mc\ufffd\ufffd\n');
});

test('every string and key of a value is made printable, and nothing else changes', () => {
  const value = {
    message: 'first\n\u001bsecond',
    'na\u202eme': ['one\n\u001b[31mtwo', 3, null, undefined, true],
  };
  expect(printableValue(value, { multiLineKeys: ['message'] })).toEqual({
    message: 'first\n\ufffdsecond',
    name: ['one two', 3, null, undefined, true],
  });
  expect(printableValue(value, { isExact: true })).toEqual({
    message: 'first \ufffdsecond',
    'na\ufffdme': ['one \ufffd[31mtwo', 3, null, undefined, true],
  });
});
