import { expect, test } from 'vitest';
import { composeExamples, MAX_EXAMPLE_LABELS } from '../../src/simulate/examples.ts';

const SENTIMENTS = ['positive', 'negative'];
const OTHER = ['bug', 'praise', 'question', 'price', 'delivery'];
const MANY = Array.from({ length: MAX_EXAMPLE_LABELS }, (_, at) => `label ${at}`);

test.each([[SENTIMENTS], [OTHER], [MANY]])(
  '%j have as many texts each, no text twice',
  (labels) => {
    const examples = composeExamples(labels, labels.length * 20, 1);
    expect(new Set(examples.map(({ text }) => text)).size).toBe(labels.length * 20);
    for (const label of labels) {
      expect(examples.filter((example) => example.label === label)).toHaveLength(20);
    }
    expect(examples.every(({ text }) => !/[\t\r\n]/.test(text))).toBe(true);
  },
);

test('a seed has the same texts', () => {
  expect(composeExamples(OTHER, 50, 7)).toEqual(composeExamples(OTHER, 50, 7));
  expect(composeExamples(OTHER, 50, 7)).not.toEqual(composeExamples(OTHER, 50, 8));
});

test('labels that are sentiments have texts of that sentiment, other labels a topic each', () => {
  const textsOf = (labels: readonly string[], label: string): string =>
    composeExamples(labels, 400, 1)
      .filter((example) => example.label === label)
      .map(({ text }) => text)
      .join('\n');
  // Signs that the composer adds by sentiment.
  expect(textsOf(SENTIMENTS, 'negative')).toMatch(/😡|😞/);
  expect(textsOf(SENTIMENTS, 'negative')).not.toMatch(/😍|🥰/u);
  expect(textsOf(OTHER, 'bug')).toMatch(/😡|😞/);
  expect(textsOf(OTHER, 'bug')).toMatch(/😍|🥰/u);
  // A flight is of the first topic only.
  expect(textsOf(OTHER, 'bug')).toMatch(/airport|flight/i);
  expect(textsOf(OTHER, 'delivery')).not.toMatch(/airport|flight/i);
});

test('there are no examples for more labels', () => {
  expect(() => composeExamples([...MANY, 'more'], 100, 1)).toThrow(RangeError);
});
