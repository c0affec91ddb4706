import { describe, expect, test } from 'vitest';
import { LANGUAGES } from '../../src/simulate/languages.ts';
import { LABELS } from '../../src/simulate/phrases/phrases.ts';

const MAX_CHARS = 110;

describe.each(Object.entries(LANGUAGES))('phrases in %s', (_, { slots, informal, topics }) => {
  const all = Object.values(topics).flatMap((topic) => LABELS.flatMap((label) => topic[label]));

  test.each(LABELS)('at least a hundred are %s', (label) => {
    const count = Object.values(topics).flatMap((topic) => topic[label]).length;
    expect(count).toBeGreaterThanOrEqual(100);
  });

  test('none occurs twice, under any label', () => {
    const seen = new Set<string>();
    const twice = all.filter((phrase) => seen.size === seen.add(phrase.toLowerCase()).size);
    expect(twice).toEqual([]);
  });

  test('each is one line that ends in punctuation', () => {
    const wrong = all.filter(
      (phrase) =>
        phrase.length > MAX_CHARS ||
        !/^[¡¿„«"]*[\p{L}\d{].*[.!?…]$/u.test(phrase) ||
        / {2}/.test(phrase),
    );
    expect(wrong).toEqual([]);
  });

  test('each slot that is used has values, and each slot is used', () => {
    const named = new Set(
      all.flatMap((phrase) => [...phrase.matchAll(/\{(.*?)\}/g)].map(([, slot]) => slot)),
    );
    expect([...named].sort()).toEqual(Object.keys(slots).sort());
    expect(Object.values(slots).flat()).not.toContain('');
  });

  test('each word that can be written informally occurs', () => {
    const text = all.join(' ');
    expect(Object.keys(informal).filter((word) => !text.includes(word))).toEqual([]);
  });

  test('hashtags are one word, without #', () => {
    const hashtags = Object.values(topics).flatMap((topic) => topic.hashtags);
    expect(hashtags.filter((hashtag) => !/^[\p{L}\d]+$/u.test(hashtag))).toEqual([]);
  });
});
