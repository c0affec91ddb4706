import { describe, expect, test } from 'vitest';
import {
  addComparisons,
  addFeedback,
  addPair,
  type Comparison,
  createComparison,
  totalOf,
} from '../../src/comparison/comparison.ts';
import { describeVerdict } from '../../src/comparison/describe-verdict.ts';
import { judge } from '../../src/comparison/verdict.ts';

interface Text {
  readonly language: string;
  readonly primary: string;
  readonly candidate: string;
  readonly actual?: string;
  readonly times: number;
}

function compare(texts: readonly Text[]): Comparison {
  const comparison = createComparison();
  for (const { times, actual, ...pair } of texts) {
    for (let i = 0; i < times; i++) {
      addPair(comparison, pair);
      if (actual !== undefined) {
        addFeedback(comparison, pair, actual);
      }
    }
  }
  return comparison;
}

const NAMES = { primary: 'v1.2.0', candidate: 'v2.0.0' };
const TEXTS: readonly Text[] = [
  { language: 'en', primary: 'neutral', candidate: 'neutral', times: 880, actual: 'neutral' },
  { language: 'en', primary: 'neutral', candidate: 'positive', times: 76 },
  { language: 'en', primary: 'positive', candidate: 'neutral', times: 4, actual: 'positive' },
  { language: 'de', primary: 'neutral', candidate: 'negative', times: 40, actual: 'negative' },
  { language: 'de', primary: 'neutral', candidate: 'negative', times: 1, actual: 'positive' },
  { language: 'de', primary: 'neutral', candidate: 'neutral', times: 59 },
];

test('counts of several processes are those of one', () => {
  const parts = [TEXTS.slice(0, 2), TEXTS.slice(2, 4), TEXTS.slice(4)].map(compare);
  expect(addComparisons(parts)).toEqual(compare(TEXTS));
});

test('all languages together have the texts and the feedback of each', () => {
  expect(totalOf(compare(TEXTS))).toEqual({
    texts: 1_060,
    labels: {
      neutral: { neutral: 939, positive: 76, negative: 41 },
      positive: { neutral: 4 },
    },
    feedback: { bothRight: 880, primaryRight: 4, candidateRight: 40, bothWrong: 1 },
    rightLabel: { texts: 0, primary: 0, candidate: 0, evidence: [0, 0, 0, 0] },
  });
});

describe('a verdict', () => {
  test('has the agreement with its interval, the changes, and who is right more often', () => {
    const { all, languages } = judge(compare(TEXTS));
    expect(all.agreement?.share).toBeCloseTo(939 / 1_060, 6);
    expect(all.agreement?.low).toBeCloseTo(0.8653, 3);
    expect(all.agreement?.high).toBeCloseTo(0.9036, 3);
    expect(all.changes[0]).toEqual({ primary: 'neutral', candidate: 'positive', texts: 76 });
    expect(all.decision).toBe('better');
    expect(Object.keys(languages)).toEqual(['en', 'de']);
    expect([languages.en?.decision, languages.de?.decision]).toEqual(['undecided', 'better']);
  });

  test('is described in sentences', () => {
    expect(describeVerdict(judge(compare(TEXTS)), NAMES)).toEqual([
      'v2.0.0 disagrees with v1.2.0 on 11.4 % of 1,060 texts: on 8.3 % of English, 41.0 % of German.',
      'On the 44 texts with feedback where exactly one of them was right, it was v2.0.0 on 40 ' +
        '(p < 0.001): it is right more often.',
    ]);
  });

  test('is worse where the right labels have lower scores, though the labels do not decide yet', () => {
    const comparison: Comparison = {};
    const pair = { language: 'en', primary: 'a', candidate: 'a' };
    for (let i = 0; i < 100; i++) {
      addPair(comparison, pair);
      addFeedback(comparison, pair, 'a', { primary: 0.9, candidate: 0.8 });
    }
    const verdict = judge(addComparisons([comparison, {}]));
    expect(verdict.all).toMatchObject({ decision: 'worse', isByLabels: false, pValue: 1 });
    expect(describeVerdict(verdict, NAMES).slice(1)).toEqual([
      'On every text with feedback, both were right or both were wrong.',
      'On the 100 texts with feedback, its mean score of the right label is 0.800, that of the version ' +
        'that serves 0.900 (p < 0.001): it is worse.',
    ]);
  });

  test('is not better because its scores are higher', () => {
    const comparison: Comparison = {};
    const pair = { language: 'en', primary: 'a', candidate: 'a' };
    for (let i = 0; i < 1_000; i++) {
      addFeedback(comparison, pair, 'a', { primary: 0.8, candidate: 1 });
    }
    expect(judge(comparison).all.decision).toBe('undecided');
  });

  test.each<[string, readonly Text[], string]>([
    ['without texts', [], 'v2.0.0 has not predicted any text yet.'],
    [
      'without feedback',
      [{ language: 'en', primary: 'a', candidate: 'a', times: 1 }],
      'No feedback has come for texts that both have predicted.',
    ],
    [
      'of versions that are both right',
      [{ language: 'en', primary: 'a', candidate: 'a', actual: 'a', times: 9 }],
      'On every text with feedback, both were right or both were wrong.',
    ],
    [
      'after little feedback',
      [{ language: 'en', primary: 'a', candidate: 'b', actual: 'b', times: 3 }],
      'On the 3 texts with feedback where exactly one of them was right, it was v2.0.0 on 3 ' +
        '(p = 0.750): not yet enough to decide.',
    ],
  ])('%s is described too', (_, texts, expected) => {
    expect(describeVerdict(judge(compare(texts)), NAMES).at(-1)).toBe(expected);
  });
});

test('labels may have the names of what every object has', () => {
  const comparison = createComparison();
  const names = ['constructor', '__proto__', 'toString'];
  for (const name of names) {
    addPair(comparison, { language: 'en', primary: name, candidate: name });
  }
  const { labels, texts } = totalOf(addComparisons([comparison, comparison]));
  expect([Object.keys(labels), texts]).toEqual([names, 6]);
  expect(names.map((name) => labels[name]?.[name])).toEqual([2, 2, 2]);
});
