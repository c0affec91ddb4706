import { describe, expect, test } from 'vitest';
import { driftAlarms, foreignLanguages, knownLanguages } from '../../src/drift/policy.ts';
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
  expect(measureDrift(profile, { score: [0, 0, 0] })[0]?.stabilityIndex).toBeUndefined();
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

describe('alarms', () => {
  const reference: Profile = {
    texts: 1000,
    features: {
      label: { categories: ['negative', 'positive'], ratios: [0.5, 0.5] },
      score: { upper_bounds: [0.65, 0.75, 1], ratios: [0.3, 0.3, 0.4] },
      unknown_ratio: { upper_bounds: [0, 0.1, 1], ratios: [0.9, 0.1, 0] },
    },
  };
  const none = {
    foreignLanguages: [],
    labelMix: null,
    scoreCollapse: null,
    unknownTokens: null,
  };
  const usual = { label: [100, 100], score: [60, 60, 80], unknown_ratio: [180, 20, 0] };

  test.each([
    ['nothing has changed', usual, none],
    ['an index of 0.23', { ...usual, label: [146, 54] }, none],
    [
      'an index of 0.251',
      { ...usual, label: [148, 52] },
      { ...none, labelMix: { stabilityIndex: expect.closeTo(0.251, 3) } },
    ],
    ['the same of 199 texts', { ...usual, label: [149, 50] }, none],
    ['44 % unsure beside 30 %', { ...usual, score: [88, 42, 70] }, none],
    [
      '46 % unsure beside 30 %',
      { ...usual, score: [92, 40, 68] },
      { ...none, scoreCollapse: { observed: 0.46, reference: 0.3, maxScore: 0.65 } },
    ],
    ['14 % unknown beside 10 %', { ...usual, unknown_ratio: [172, 20, 8] }, none],
    [
      '16 % unknown beside 10 %',
      { ...usual, unknown_ratio: [168, 20, 12] },
      { ...none, unknownTokens: { observed: 0.16, reference: 0.1 } },
    ],
    ['surer than before', { ...usual, score: [0, 0, 200] }, none],
  ])('%s', (_, counts, expected) => {
    expect(driftAlarms(measureDrift(reference, counts))).toEqual(expected);
  });
});

test('a model knows the languages of at least 1 % of its texts', () => {
  expect(knownLanguages(profile)).toEqual(['en', 'und']);
});
