/**
 * Every regular expression of the source takes linear time, whatever the text. Expressions that are
 * matched with texts of requests, logs, stores or repositories would otherwise hold the thread: a class
 * without a bound before an end that does not come is read again from each of its starts.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor } from 'rolldown/utils';
import { expect, test } from 'vitest';
import { MASK_PATTERNS } from '../../src/telemetry/mask.ts';
import { sourceFiles } from '../../structure/read-module.mjs';
import { countingRegex } from '../support/regex-steps.ts';
import { ROOT } from '../support/server.ts';

/** Characters of which at least one is in each class; those that a class can't tell apart count once. */
const SAMPLES = [
  ...' \t\n\r!"#$%&\'()*+,-./0129:;<=>?@AZ[\\]^_`adefhmswxz{|}~',
  ...'\u0000\u0007\u001b\u007f\u009b\u009c\u009d\u00a0\u00ad\u200b\u200d\u2028\u202eéя漢①٣…。．＠＃️',
];
/** Short texts, then longer ones than the bounds of quantifiers. */
const LENGTHS = [60, 600];
/** Of the steps for twice as many characters; linear: 2, and less where the start costs more. */
const MAX_RATIO = 2.6;

interface Found {
  readonly path: string;
  readonly regex: RegExp;
}

const paths = sourceFiles(ROOT, 'src');

function regexesOf(path: string): { literals: Found[]; constructed: number } {
  const { program } = parseSync(path, readFileSync(join(ROOT, path), 'utf8'));
  const literals: Found[] = [];
  let constructed = 0;
  new Visitor({
    Literal: (node) => {
      if ('regex' in node) {
        const { pattern, flags } = node.regex;
        literals.push({ path, regex: new RegExp(pattern, flags) });
      }
    },
    NewExpression: ({ callee }) => {
      constructed += callee.type === 'Identifier' && callee.name === 'RegExp' ? 1 : 0;
    },
  }).visit(program);
  return { literals, constructed };
}

/** Words of up to three characters, one character for each set of classes that contain it. */
function hostileWords(atoms: readonly RegExp[]): string[] {
  const kinds = new Map(
    SAMPLES.map((sample) => [atoms.map((atom) => +atom.test(sample)).join(''), sample]),
  );
  const letters = [...kinds.values()];
  const longer = (words: readonly string[]): string[] =>
    words.flatMap((word) => letters.map((letter) => word + letter));
  const two = longer(letters);
  return [...letters, ...two, ...(letters.length <= 12 ? longer(two) : [])];
}

/** The text that each match starts with. */
function literalStart(source: string): string {
  const [, start = ''] = /^\^?((?:\\[^\w]|[\w:; ])*)(?![*?{])/.exec(source) ?? [];
  return start.replaceAll('\\', '');
}

/** The word whose repetition takes more than linear time, if there is one. */
function superlinearWord(regex: RegExp): string | undefined {
  const { atoms, stepsFor } = countingRegex(regex);
  const words = hostileWords(atoms);
  const letters = words.filter((word) => word.length === 1);
  const starts = ['', ...letters, literalStart(regex.source)];
  return words.find((word) =>
    (letters.includes(word) ? starts : ['']).some((start) =>
      ['', '\u0001'].some((end) =>
        LENGTHS.every((length) => {
          const [short, long] = [length, 2 * length].map((characters) =>
            stepsFor(start + word.repeat(characters / word.length) + end),
          ) as [number, number];
          return long === Infinity || (long > MAX_RATIO * short && long > 20 * length);
        }),
      ),
    ),
  );
}

test.each([
  [/a*b/g, 'a'],
  [/<([^>]*)>/, '<'],
  [/\u009d[^\u009c]*\u009c/g, '\u009d'],
  [/\s*\n/g, ' '],
  [/^(a|a)*$/, 'a'],
  [/^\s*x|y\s+z/, undefined],
  [/(?<!a)a+b/g, undefined],
  [/^s3:\/\/(?:a+)+$/, 'a'],
  [/"(?:[^"\\]|\\.)*"/, '"\\'],
  [/"(?:[^"\\]|\\.){0,64}"/, undefined],
  [/^"(?:[^"\\]|\\.)*"$/, undefined],
  [/ *([a-z]+)="((?:[^"\\]|\\.)*)"/gy, undefined],
])('the search for hostile texts for %s finds %j', (regex, word) => {
  expect(superlinearWord(regex) !== undefined).toBe(word !== undefined);
});

test('every expression takes linear time', { timeout: 120_000 }, () => {
  const slow = [
    ...paths.flatMap((path) => regexesOf(path).literals),
    ...MASK_PATTERNS.map((regex) => ({ path: 'src/telemetry/mask.ts', regex })),
  ]
    .map(({ path, regex }) => ({ path, regex, word: superlinearWord(regex) }))
    .filter(({ word }) => word !== undefined);
  expect(slow).toEqual([]);
});

test('expressions that are built at run time are known', () => {
  const constructing = paths.filter((path) => regexesOf(path).constructed > 0);
  expect(constructing).toEqual([
    // The user's own.
    'src/commands/log-filter-flags.ts',
    // Of a proven version's tokenizer.json, and of tables of Unicode.
    'src/inference/tokenizer/added-tokens.ts',
    'src/inference/tokenizer/normalizer.ts',
    'src/inference/tokenizer/pattern.ts',
    'src/inference/tokenizer/pre-tokenizer.ts',
    'src/inference/tokenizer/unicode.ts',
    // A list of words of this project.
    'src/simulate/compose.ts',
    // Exported for this test.
    'src/telemetry/mask.ts',
  ]);
});
