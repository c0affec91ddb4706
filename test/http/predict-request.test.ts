/** Which texts are refused before they reach the model. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePredictRequest } from '../../src/http/predict-request.ts';
import type { ProblemError } from '../../src/serving/problem.ts';

const LIMITS = { maxInputs: 4, maxChars: 1_000 };

function problemOf(text: string): string | undefined {
  try {
    parsePredictRequest({ inputs: text }, LIMITS);
    return undefined;
  } catch (error) {
    return (error as ProblemError).code;
  }
}

/** Ranges of code points that show nothing, by their kind. */
const INVISIBLE = {
  'C0 controls': [0x00, 0x1f],
  'DEL and C1 controls': [0x7f, 0x9f],
  'no-break space and spaces': [0xa0, 0xa0],
  'soft hyphen': [0xad, 0xad],
  'combining grapheme joiner': [0x34f, 0x34f],
  'Arabic letter mark': [0x61c, 0x61c],
  'Hangul fillers': [0x115f, 0x1160],
  'Ogham space': [0x1680, 0x1680],
  'Mongolian selectors': [0x180b, 0x180f],
  'spaces, zero width, directions': [0x2000, 0x200f],
  'separators and embeddings': [0x2028, 0x202f],
  'word joiner, invisible operators, isolates': [0x205f, 0x206f],
  'blank Braille pattern': [0x2800, 0x2800],
  'ideographic space': [0x3000, 0x3000],
  'Hangul filler': [0x3164, 0x3164],
  'variation selectors': [0xfe00, 0xfe0f],
  'byte order mark': [0xfeff, 0xfeff],
  'half-width filler': [0xffa0, 0xffa0],
  'interlinear annotations': [0xfff0, 0xfffb],
  noncharacters: [0xfffe, 0xffff],
  tags: [0xe0000, 0xe007f],
  'more variation selectors': [0xe0100, 0xe01ef],
} as const;

const invisible = Object.values(INVISIBLE).flatMap(([first, last]) =>
  Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i)),
);

describe('a text of one kind is blank', () => {
  test.each(Object.entries(INVISIBLE))('%s', (_, [first, last]) => {
    for (let point = first; point <= last; point++) {
      expect.soft(problemOf(String.fromCodePoint(point)), point.toString(16)).toBe('empty-text');
    }
  });
});

test('a text is blank if, and only if, each of its characters is', () => {
  const hidden = fc
    .array(fc.constantFrom(...invisible), { maxLength: 8 })
    .map((each) => each.join(''));
  const visible = fc.constantFrom(
    'a',
    '0',
    '.',
    'é',
    'ß',
    '語',
    '😀',
    '❤',
    '\u{1f469}',
    'ا',
    '\ufffd',
  );
  fc.assert(
    fc.property(hidden, visible, hidden, (before, character, after) => {
      expect(problemOf(before + after)).toBe('empty-text');
      expect(problemOf(before + character + after)).toBeUndefined();
    }),
  );
});
