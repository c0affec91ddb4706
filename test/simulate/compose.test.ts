import { expect, test } from 'vitest';
import { compose } from '../../src/simulate/compose.ts';
import type { Phrases, Topic } from '../../src/simulate/phrases/phrases.ts';
import { createRandom } from '../../src/simulate/random.ts';

/** Many texts of one topic, all positive. */
function composeMany(topic: Partial<Topic>, rest: Partial<Phrases> = {}): string[] {
  const nothing = { hashtags: ['tag'], negative: [], neutral: ['It is noon.'], positive: [] };
  const phrases = { slots: {}, informal: {}, topics: { one: { ...nothing, ...topic } }, ...rest };
  const random = createRandom(1);
  return Array.from({ length: 300 }, () => compose(phrases, 'positive', random));
}

const count = (text: string, part: string): number => text.toLowerCase().split(part).length - 1;

test('a clause occurs once in a text, with others of its label or neutral ones', () => {
  const texts = composeMany({
    positive: [
      'A good day for all of us, is it not?',
      'Best of cakes, and so many of them!',
      'Yes!',
    ],
    negative: ['Never.'],
  });
  expect(texts.every((text) => count(text, 'cakes') <= 1 && count(text, 'noon') <= 1)).toBe(true);
  expect(texts.some((text) => count(text, 'cakes') === 1 && count(text, 'noon') === 1)).toBe(true);
  expect(texts.some((text) => count(text, 'never') > 0)).toBe(false);
});

test('a slot has one value in a text, with a capital at the start of a sentence', () => {
  const texts = composeMany(
    { positive: ['{who} came by train with {who} and a cake, how very nice of {who}!'] },
    { slots: { who: ['ann', 'bob'] } },
  );
  const names = texts.map((text) => new Set(text.toLowerCase().match(/ann|bob/g)));
  expect(names.every(({ size }) => size === 1)).toBe(true);
  expect(new Set(names.flatMap((set) => [...set]))).toEqual(new Set(['ann', 'bob']));
  const written = texts.filter((text) => text !== text.toLowerCase());
  expect(written.every((text) => /(?:Ann|Bob) came .*with (?:ann|bob)/.test(text))).toBe(true);
  expect(written.length).toBeGreaterThan(200);
});

test('some texts are informal, in whole words only', () => {
  const texts = composeMany(
    { positive: ['So good, also.'] },
    { informal: { So: 'Sooo', so: 'X' } },
  );
  expect(texts.some((text) => text.includes('Sooo good, also'))).toBe(true);
  expect(texts.some((text) => text.includes('So good, also.'))).toBe(true);
  expect(texts.some((text) => text.includes('so good, also'))).toBe(true);
  expect(texts.some((text) => text.includes('alX'))).toBe(false);
});

test('a text is not longer than a tweet', () => {
  const texts = composeMany({ positive: [`${'a'.repeat(249)}.`] });
  expect(texts.every((text) => text.length <= 280)).toBe(true);
  expect(texts.some((text) => text.includes('https://'))).toBe(true);
});
