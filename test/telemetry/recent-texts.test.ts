import { expect, test } from 'vitest';
import type { Observation, Profile } from '../../src/drift/profile.ts';
import {
  createRecentTexts,
  selectTexts,
  TEXTS_PER_BIN,
  type TimedPrediction,
} from '../../src/telemetry/recent-texts.ts';

const profile: Profile = {
  texts: 100,
  features: {
    language: { categories: ['de', 'en', 'other'], ratios: [0, 1, 0] },
    score: { upper_bounds: [0.5, 1], ratios: [0.5, 0.5] },
  },
};
const observation = (language: string, score = 0.9): Observation => ({
  ...{ language, score, label: 'positive', tokens: 5, unknownRatio: 0 },
});
const prediction = (at: number, input: string | undefined = `text ${at}`) =>
  ({ at, input }) as TimedPrediction;
const timesOf = (found: readonly TimedPrediction[]) => found.map(({ at }) => at);

test('the newest texts of a bin are there, however many of another bin came after them', () => {
  const { add, texts } = createRecentTexts(profile);
  add(observation('de'), prediction(1));
  add(observation('de', 0.4), prediction(2));
  for (let at = 3; at < 200; at++) {
    add(observation('en'), prediction(at));
  }
  add(observation('xx'), prediction(200));
  expect(timesOf(selectTexts([texts], 'language', ['de']))).toEqual([2, 1]);
  expect(timesOf(selectTexts([texts], 'language', ['other', 'de']))).toEqual([200, 2, 1]);
  expect(timesOf(selectTexts([texts], 'score', ['0.5']))).toEqual([2]);
  const english = timesOf(selectTexts([texts], 'language', ['en']));
  expect(english).toEqual(Array.from({ length: TEXTS_PER_BIN }, (_, i) => 199 - i));
});

test('those of several processes are one list', () => {
  const [one, other] = [createRecentTexts(profile), createRecentTexts(profile)];
  one.add(observation('de'), prediction(1));
  other.add(observation('de'), prediction(2));
  one.add(observation('de'), prediction(3));
  expect(timesOf(selectTexts([one.texts, other.texts], 'language', ['de']))).toEqual([3, 2, 1]);
});

test('a long text is cut, and stays well-formed', () => {
  const { add, texts } = createRecentTexts(profile);
  add(observation('de'), prediction(1, `${'x'.repeat(499)}😀 and more`));
  const [cut] = selectTexts([texts], 'language', ['de']);
  expect(cut).toMatchObject({ input: `${'x'.repeat(499)}\ufffd`, input_cut: true });
});

test.each([
  ['none', 'de'],
  ['language', 'none'],
  ['__proto__', 'toString'],
  ['language', '__proto__'],
])('a name that is no bin has no texts: %s, %s', (feature, bin) => {
  const { add, texts } = createRecentTexts(profile);
  add(observation('de'), prediction(1));
  expect(selectTexts([texts], feature, [bin])).toEqual([]);
});
