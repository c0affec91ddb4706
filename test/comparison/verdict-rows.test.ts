/** The table of a verdict. */
import { expect, test } from 'vitest';
import type { LanguageCounts } from '../../src/comparison/comparison.ts';
import { judge } from '../../src/comparison/verdict.ts';
import { changeRows, verdictRows } from '../../src/comparison/verdict-rows.ts';

const names = { primary: 'v1', candidate: 'v2' };
const NO_FEEDBACK = { bothRight: 0, primaryRight: 0, candidateRight: 0, bothWrong: 0 };
const german: LanguageCounts = {
  texts: 1200,
  labels: { neutral: { neutral: 600, negative: 400 }, positive: { neutral: 200 } },
  feedback: { bothRight: 100, primaryRight: 5, candidateRight: 60, bothWrong: 10 },
  rightLabel: { texts: 0, primary: 0, candidate: 0, evidence: [0] },
};
const english: LanguageCounts = {
  texts: 100,
  labels: { positive: { positive: 100 } },
  feedback: NO_FEEDBACK,
  rightLabel: { texts: 0, primary: 0, candidate: 0, evidence: [0] },
};

test('a row for each language, and one for all', () => {
  const { head, rows } = verdictRows(judge({ en: english, de: german }), names);
  expect(head.join(' | ')).toBe(
    'language | texts | agree | 95 % interval | feedback | only v2 | only v1 | p | decision',
  );
  expect(rows.map((row) => row.join(' | '))).toEqual([
    'German | 1,200 | 50.0 % | 47.2 % to 52.8 % | 175 | 60 | 5 | <0.001 | better',
    'English | 100 | 100.0 % | 96.3 % to 100.0 % | - | - | - | - | -',
    'all | 1,300 | 53.8 % | 51.1 % to 56.5 % | 175 | 60 | 5 | <0.001 | better',
  ]);
});

test('one language needs no sum, and no language no row', () => {
  expect(verdictRows(judge({ de: german }), names).rows).toHaveLength(1);
  expect(verdictRows(judge({}), names).rows).toEqual([]);
});

test('the changes of labels, the most frequent first', () => {
  expect(changeRows(judge({ en: english, de: german }))).toEqual([
    ['neutral → negative', '400'],
    ['positive → neutral', '200'],
  ]);
});
