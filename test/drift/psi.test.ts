import { expect, test } from 'vitest';
import { foreignLanguages, knownLanguages } from '../../src/drift/policy.ts';
import { createTally, type Observation, type Profile, profileOf } from '../../src/drift/profile.ts';
import { measureDrift } from '../../src/drift/psi.ts';

const profile: Profile = {
  texts: 1000,
  features: {
    language: { categories: ['de', 'en', 'und', 'other'], ratios: [0, 0.98, 0.015, 0.005] },
    score: { upper_bounds: [0.5, 0.75, 1], ratios: [0.2, 0.3, 0.5] },
  },
};

const observation = (language: string, score: number): Observation => ({
  language,
  score,
  label: 'neutral',
  tokens: 5,
  unknownRatio: 0,
});

function countsOf(observations: readonly Observation[]) {
  const { add, counts } = createTally(profile);
  observations.forEach(add);
  return counts;
}

test('the index is Σ (q − p) · ln(q / p), with empty bins at 0.0001', () => {
  const counts = { score: [50, 0, 50] };
  const [score] = measureDrift(profile, counts);
  const expected = (0.5 - 0.2) * Math.log(0.5 / 0.2) + (0.0001 - 0.3) * Math.log(0.0001 / 0.3) + 0;
  expect(score?.stabilityIndex).toBeCloseTo(expected, 10);
  expect(score?.observations).toBe(100);
  expect(score?.bins.map(({ bin }) => bin)).toEqual(['0.5', '0.75', '1']);
});

test('the same distribution has the index 0', () => {
  expect(measureDrift(profile, { score: [20, 30, 50] })[0]?.stabilityIndex).toBe(0);
});

test('without observations or a profile there is no index', () => {
  const [score] = measureDrift(profile, { score: [0, 0, 0] });
  expect(score?.stabilityIndex).toBeUndefined();
  expect(score?.bins.map(({ contribution }) => contribution)).toEqual([0, 0, 0]);
  expect(measureDrift({ ...profile, texts: 0 }, { score: [1, 2, 3] })).toEqual([]);
});

test.each([
  [observation('en', 0.5), [0, 1, 0, 0], [1, 0, 0]],
  [observation('und', 0.500001), [0, 0, 1, 0], [0, 1, 0]],
  [observation('de', 1), [1, 0, 0, 0], [0, 0, 1]],
  // A language without a bin, and a score that rounding has taken beyond the last bound.
  [observation('eo', 1.0001), [0, 0, 0, 1], [0, 0, 1]],
])('%j is counted in its bins', (one, language, score) => {
  expect(countsOf([one])).toEqual({ language, score });
});

test('observations have no distance to their own profile', () => {
  const observations = ['en', 'en', 'de', 'und'].map((language, i) => observation(language, i / 3));
  const own = profileOf(profile, observations);
  const drift = measureDrift(own, countsOf(observations));
  expect(drift.map(({ stabilityIndex }) => stabilityIndex)).toEqual([0, 0]);
  expect(own.texts).toBe(4);
});

test.each([
  ['a language that the model knows', 'en', 1000, []],
  ['no language', 'und', 1000, []],
  ['nine texts', 'de', 9, []],
  ['10 texts of 1000', 'de', 10, []],
  ['11 texts of 1000', 'de', 11, ['de']],
  ['15 texts of 1000 beside 5 in the training data', 'eo', 15, []],
  ['16 texts of 1000 beside 5 in the training data', 'eo', 16, ['other']],
])('foreign: %s', (_, language, texts, expected) => {
  const observations = Array.from({ length: 1000 }, (_text, i) =>
    observation(i < texts ? language : 'en', 0.9),
  );
  const foreign = foreignLanguages(measureDrift(profile, countsOf(observations)));
  expect(foreign.map(({ bin }) => bin)).toEqual(expected);
});

test.each([
  [99, []],
  [100, ['de']],
])('of %i texts, ten in a foreign language', (texts, expected) => {
  const observations = Array.from({ length: texts }, (_text, i) =>
    observation(i < 10 ? 'de' : 'en', 0.9),
  );
  const foreign = foreignLanguages(measureDrift(profile, countsOf(observations)));
  expect(foreign.map(({ bin }) => bin)).toEqual(expected);
});

test('a model knows the languages of at least 1 % of its texts', () => {
  expect(knownLanguages(profile)).toEqual(['en', 'und']);
});
