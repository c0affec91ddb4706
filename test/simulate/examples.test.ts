import { expect, test } from 'vitest';
import { composeExamples, MAX_EXAMPLE_LABELS } from '../../src/simulate/examples.ts';

// Signs that the composer adds to texts of a sentiment.
const NEGATIVE = /😡|😞|🙄|😤|😭|💔/u;
const POSITIVE = /😍|😊|🎉|🙌|🔥|✨/u;
const SENTIMENTS = ['positive', 'negative'];
const OTHER = ['bug', 'praise', 'question', 'price', 'delivery'];
const MANY = Array.from({ length: MAX_EXAMPLE_LABELS }, (_, at) => `label ${at}`);

test.each([[SENTIMENTS], [OTHER], [MANY]])(
  '%j have as many texts each, no text twice',
  (labels) => {
    const examples = composeExamples(labels, labels.length * 20, 'train', 1);
    expect(new Set(examples.map(({ text }) => text)).size).toBe(labels.length * 20);
    for (const label of labels) {
      expect(examples.filter((example) => example.label === label)).toHaveLength(20);
    }
    expect(examples.every(({ text }) => !/[\t\r\n]/.test(text))).toBe(true);
  },
);

test('a seed has the same texts', () => {
  expect(composeExamples(OTHER, 50, 'dev', 7)).toEqual(composeExamples(OTHER, 50, 'dev', 7));
  expect(composeExamples(OTHER, 50, 'dev', 7)).not.toEqual(composeExamples(OTHER, 50, 'dev', 8));
});

test('labels that are sentiments have texts of that sentiment, other labels a topic each', () => {
  const textsOf = (labels: readonly string[], label: string): string =>
    composeExamples(labels, 400, 'train', 1)
      .filter((example) => example.label === label)
      .map(({ text }) => text)
      .join('\n');
  expect(textsOf(SENTIMENTS, 'negative')).toMatch(NEGATIVE);
  expect(textsOf(SENTIMENTS, 'negative')).not.toMatch(POSITIVE);
  expect(textsOf(OTHER, 'bug')).toMatch(NEGATIVE);
  expect(textsOf(OTHER, 'bug')).toMatch(POSITIVE);
  // A flight is of the first topic only.
  expect(textsOf(OTHER, 'bug')).toMatch(/airport|flight/i);
  expect(textsOf(OTHER, 'delivery')).not.toMatch(/airport|flight/i);
});

test('there are no examples for more labels', () => {
  expect(() => composeExamples([...MANY, 'more'], 100, 'train', 1)).toThrow(RangeError);
});

test('no clause of the texts to train with is in those to measure with', () => {
  // With their capitals and full stops, clauses of several words stay as they are in most texts.
  const clausesOf = (split: 'train' | 'dev'): Set<string> =>
    new Set(
      composeExamples(SENTIMENTS, 400, split, 1).flatMap(
        ({ text }) => text.match(/[A-Z][a-z]+(?: [a-z]+){4,}[.!?]/g) ?? [],
      ),
    );
  const [train, dev] = [clausesOf('train'), clausesOf('dev')];
  expect(dev.size).toBeGreaterThan(10);
  expect([...dev].filter((clause) => train.has(clause))).toEqual([]);
});
