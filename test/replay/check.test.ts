import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findDifference } from '../../src/replay/check.ts';

const answer = {
  label: 'positive',
  score: 0.7,
  scores: { negative: 0.1, neutral: 0.2, positive: 0.7 },
};

describe('nothing differs', () => {
  test.each([
    ['the same', answer],
    ['one unit of the last digit more', { ...answer, score: 0.700001 }],
    ['one unit less, where the floats are further apart', { ...answer, score: 0.7 - 1e-6 }],
    ['a line without the scores of all labels', { ...answer, scores: undefined }],
  ])('%s', (_, logged) => {
    expect(findDifference(logged, answer)).toBeUndefined();
  });

  test('between neighbours of six decimals, wherever they are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999 }), (units) => {
        const [low, high] = [units / 1e6, (units + 1) / 1e6];
        const logged = { label: 'a', score: low, scores: { a: low } };
        expect(findDifference(logged, { label: 'a', score: high, scores: { a: high } })).toBe(
          undefined,
        );
      }),
    );
  });
});

describe('a difference is found', () => {
  test('in any score by two units, wherever they are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_998 }), (units) => {
        const [low, high] = [units / 1e6, (units + 2) / 1e6];
        const logged = { label: 'a', score: 0.5, scores: { a: 0.5, b: low } };
        expect(
          findDifference(logged, { label: 'a', score: 0.5, scores: { a: 0.5, b: high } }),
        ).toEqual({
          expected: { label: 'a', score: 0.5 },
          found: { label: 'a', score: 0.5 },
          scores: [{ label: 'b', expected: low, found: high }],
        });
      }),
    );
  });

  test('in the label alone', () => {
    expect(findDifference({ ...answer, label: 'neutral' }, answer)).toEqual({
      expected: { label: 'neutral', score: 0.7 },
      found: { label: 'positive', score: 0.7 },
      scores: [],
    });
  });

  test('in the score of the label alone', () => {
    expect(findDifference({ ...answer, score: 0.71 }, answer)).toMatchObject({
      expected: { score: 0.71 },
      found: { score: 0.7 },
    });
  });

  test('in labels that only one of both has', () => {
    const { positive: _, ...scores } = answer.scores;
    expect(
      findDifference({ ...answer, scores: { ...scores, mixed: 0.7 } }, answer)?.scores,
    ).toEqual([
      { label: 'positive', expected: null, found: 0.7 },
      { label: 'mixed', expected: 0.7, found: null },
    ]);
  });

  test('where a score is no number', () => {
    expect(findDifference({ ...answer, score: Number.NaN }, answer)).toBeDefined();
  });
});
