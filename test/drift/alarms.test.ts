/** What is an alarm in one window of traffic. */
import { describe, expect, test } from 'vitest';
import { driftAlarms } from '../../src/drift/alarms.ts';
import type { Profile } from '../../src/drift/profile.ts';
import { measureDrift } from '../../src/drift/psi.ts';

const profile: Profile = {
  texts: 1000,
  features: {
    language: { categories: ['de', 'en', 'und', 'other'], ratios: [0, 0.98, 0.02, 0] },
    label: { categories: ['negative', 'positive'], ratios: [0.5, 0.5] },
    score: { upper_bounds: [0.65, 0.75, 1], ratios: [0.3, 0.3, 0.4] },
    unknown_ratio: { upper_bounds: [0, 0.1, 1], ratios: [0.9, 0.1, 0] },
  },
};
const bins = (...entries: [string, number, number][]) =>
  Object.fromEntries(entries.map(([bin, ratio, deviation]) => [bin, { ratio, deviation }]));
const normal = {
  features: {
    language: bins(['de', 0, 0], ['en', 0.9, 0.01], ['und', 0.1, 0.01]),
    label: bins(['negative', 0.4, 0.02], ['positive', 0.6, 0.02]),
    score: bins(['0.65', 0.25, 0.01], ['0.75', 0.25, 0.01], ['1', 0.5, 0.01]),
  },
};
const alarmsOf = (counts: Record<string, number[]>, reference?: typeof normal) =>
  driftAlarms(measureDrift(profile, counts), reference);

test.each([
  ['as in training', [0, 980, 20, 0], undefined, []],
  ['1 % of a foreign language', [10, 970, 20, 0], undefined, []],
  ['1.1 %', [11, 969, 20, 0], undefined, ['ticket ClassifierForeignLanguage de']],
  ['5 %', [50, 930, 20, 0], undefined, ['ticket ClassifierForeignLanguage de']],
  ['5.1 %', [51, 929, 20, 0], undefined, ['page ClassifierForeignLanguage de']],
  // 0.06 + 3 · √(0.107 · 0.893 / 1000) = 0.0893, above 0.02.
  ['10.9 % undetermined', [0, 891, 109, 0], undefined, []],
  ['11.1 % undetermined', [0, 889, 111, 0], undefined, ['ticket ClassifierUndetermined und']],
  ['the same where 10 % are normal', [0, 889, 111, 0], normal, []],
  ['20 % where 10 % are normal', [0, 800, 200, 0], normal, ['ticket ClassifierUndetermined und']],
] as const)('languages: %s', (_, language, reference, expected) => {
  const found = alarmsOf({ language: [...language] }, reference);
  expect(found.map(({ severity, alert, bin }) => `${severity} ${alert} ${bin}`)).toEqual(expected);
});

describe('labels are compared with the normal', () => {
  test.each([
    ['without one', [900, 100], undefined, []],
    ['7.9 points, four deviations are 8', [479, 521], normal, []],
    ['8.1 points', [481, 519], normal, ['negative', 'positive']],
    // 4 · √(0.4 · 0.6 / 200) = 0.139
    ['13 points of 200 texts', [106, 94], normal, []],
    ['15 points of 200 texts', [110, 90], normal, ['negative', 'positive']],
    ['15 points less', [250, 750], normal, ['negative', 'positive']],
    ['199 texts', [199, 0], normal, []],
  ] as const)('%s', (_, label, reference, expected) => {
    const found = alarmsOf({ label: [...label] }, reference);
    expect(found.map(({ bin }) => bin)).toEqual(expected);
  });

  test('a deviation of almost 0 does not make 5 points an alarm', () => {
    const calm = {
      features: { ...normal.features, label: bins(['negative', 0.4, 0], ['positive', 0.6, 0]) },
    };
    expect(alarmsOf({ label: [4_490, 5_510] }, calm)).toEqual([]);
    expect(alarmsOf({ label: [4_510, 5_490] }, calm)).toHaveLength(2);
  });
});

test('scores are compared with the normal, by a stability index of at least 500 texts', () => {
  const changed = [250, 100, 150];
  const [found, ...others] = alarmsOf({ score: changed }, normal);
  const index = (0.5 - 0.25) * Math.log(2) + (0.2 - 0.25) * Math.log(0.8) + -0.2 * Math.log(0.6);
  expect(others).toEqual([]);
  expect(found).toEqual({
    kind: 'score',
    feature: 'score',
    bin: null,
    reference: 'normal',
    measure: 'stability_index',
    observed: expect.closeTo(index, 10),
    expected: 0,
    threshold: 0.1,
    severity: 'ticket',
    alert: 'ClassifierScoreDrift',
    runbook: 'docs/runbook.md#classifierscoredrift',
  });
  expect(alarmsOf({ score: changed })).toEqual([]);
  expect(alarmsOf({ score: [249, 100, 150] }, normal)).toEqual([]);
});

test('unknown tokens are compared with the training data', () => {
  expect(alarmsOf({ unknown_ratio: [172, 20, 8] })).toEqual([]);
  const [found] = alarmsOf({ unknown_ratio: [168, 20, 12] });
  expect(found).toMatchObject({ kind: 'unknown_tokens', reference: 'training', bin: null });
  expect([found?.observed, found?.expected]).toEqual([0.16, 0.1]);
});

test('pages are first', () => {
  const counts = { unknown_ratio: [0, 0, 1000], language: [400, 200, 400, 0] };
  expect(alarmsOf(counts).map(({ severity, kind }) => `${severity} ${kind}`)).toEqual([
    'page foreign_language',
    'ticket undetermined',
    'ticket unknown_tokens',
  ]);
});
