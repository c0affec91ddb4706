/** What the card says of languages that the server does not identify. */
import { expect, test } from 'vitest';
import type { VersionCard } from '../../src/api/history.ts';
import { languageNote } from '../../src/console/browser/history/profile.ts';

type Card = Parameters<typeof languageNote>[0];

function card(recorded: Record<string, number>, shares: Record<string, number>): Card {
  const language = { bins: Object.keys(shares), ratios: Object.values(shares) };
  const file = { path: 'a.tsv', rows: 1, labels: {}, languages: recorded };
  const files = [
    { ...file, role: 'train' },
    { ...file, role: 'dev', languages: { fr: 900 } },
  ];
  return {
    profile: { texts: 1000, features: { language } },
    datasets: [{ name: 'a', language: 'en', source: '', license: '', files }],
  } satisfies Pick<VersionCard, 'profile' | 'datasets'>;
}

test('a language of the training data that is not identified is named', () => {
  const recorded = { en: 700, hi: 200, de: 100 };
  expect(languageNote(card(recorded, { en: 0.7, hi: 0, de: 0.04, und: 0.26 }))).toBe(
    '200\u00a0texts are in Hindi by their data set: the server identified none of them as such. The others ' +
      'are in other rows. 100\u00a0texts are in German by their data set: the server identified 40 of them ' +
      'as such. The others are in other rows.',
  );
  expect(languageNote(card(recorded, { en: 0.7, hi: 0.1, de: 0.05, und: 0.15 }))).toBeUndefined();
  expect(languageNote({ ...card(recorded, {}), profile: undefined })).toBeUndefined();
});
