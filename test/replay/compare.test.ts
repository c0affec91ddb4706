import { describe, expect, test } from 'vitest';
import { createComparer, REMEMBERED_PREDICTIONS } from '../../src/replay/compare.ts';
import type { LoggedPrediction } from '../../src/replay/read-line.ts';
import { answerTo, OTHER } from './lines.ts';

function prediction(id: string, fields: Partial<LoggedPrediction> = {}): LoggedPrediction {
  return {
    ...{ requestId: 'r', id, commit: OTHER, input: undefined, language: 'en' },
    ...{ label: 'neutral', score: 0.6, scores: undefined, isCut: false },
    ...fields,
  };
}

const NOTHING = { bothRight: 0, primaryRight: 0, candidateRight: 0, bothWrong: 0 };
const feedback = (id: string, actual: string) => ({ id, commit: 'bbbbbbbb', actual });

test('texts are counted by language and both labels; those with different labels are examples', () => {
  const comparer = createComparer();
  comparer.add(prediction('1'), 'neutral one', answerTo('neutral one'));
  comparer.add(prediction('2'), 'positive two', answerTo('positive two'));
  comparer.add(prediction('3', { language: 'xx' }), 'neutral three', answerTo('neutral three'));

  expect(comparer.comparisons()).toMatchObject([
    {
      commit: OTHER,
      comparison: {
        en: { texts: 2, labels: { neutral: { neutral: 1, positive: 1 } }, feedback: NOTHING },
        other: { texts: 1, labels: { neutral: { neutral: 1 } }, feedback: NOTHING },
      },
      examples: [
        {
          text: 'positive two',
          language: 'en',
          logged: { label: 'neutral', score: 0.6 },
          found: { label: 'positive', score: 0.8 },
        },
      ],
    },
  ]);
});

test('names of JavaScript’s own properties are ordinary languages and labels', () => {
  const comparer = createComparer();
  for (const name of ['__proto__', 'constructor', 'toString']) {
    comparer.add(prediction(name, { language: name }), 'neutral', answerTo('neutral'));
    comparer.add(prediction(name, { label: name }), 'neutral', answerTo('neutral'));
  }

  expect(Object.keys(comparer.comparisons()[0]?.comparison ?? {})).toEqual(['other']);
  expect(comparer.counts().otherLabels).toBe(3);
  expect(({} as Record<string, unknown>).texts).toBeUndefined();
});

describe('feedback', () => {
  const counts = (comparer: ReturnType<typeof createComparer>) =>
    comparer.comparisons()[0]?.comparison.en?.feedback;

  test('counts once for each prediction, after it or before it', () => {
    const comparer = createComparer();
    comparer.addFeedback(feedback('2', 'neutral'));
    for (const id of ['1', '2']) {
      comparer.add(prediction(id), 'positive', answerTo('positive'));
    }
    comparer.addFeedback(feedback('1', 'positive'));
    comparer.addFeedback(feedback('1', 'neutral'));
    comparer.addFeedback(feedback('unknown', 'neutral'));

    expect(counts(comparer)).toEqual({ ...NOTHING, primaryRight: 1, candidateRight: 1 });
    expect(comparer.counts().feedback).toEqual({ counted: 2, withoutPrediction: 2 });
  });

  test('counts for as many predictions as are remembered', () => {
    const comparer = createComparer();
    for (let id = 0; id <= REMEMBERED_PREDICTIONS; id++) {
      comparer.add(prediction(`${id}`), 'neutral', answerTo('neutral'));
    }
    comparer.addFeedback(feedback('0', 'neutral'));
    comparer.addFeedback(feedback('1', 'neutral'));
    comparer.addFeedback(feedback(`${REMEMBERED_PREDICTIONS}`, 'neutral'));

    expect(counts(comparer)).toEqual({ ...NOTHING, bothRight: 2 });
    expect(comparer.counts().feedback).toEqual({ counted: 2, withoutPrediction: 1 });
  });
});

test('no more than 32 versions are compared', () => {
  const comparer = createComparer();
  for (let version = 0; version < 40; version++) {
    const commit = version.toString(16).padStart(40, '0');
    comparer.add(prediction('', { commit }), 'neutral', answerTo('neutral'));
  }

  expect(comparer.comparisons()).toHaveLength(32);
  expect(comparer.counts().furtherVersions).toBe(8);
});
