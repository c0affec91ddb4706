import { describe, expect, test } from 'vitest';
import type { Datasets } from '../../../src/artifacts/datasets.ts';
import { type Metrics, measureScores, type Scores } from '../../../src/artifacts/metrics.ts';
import { formatChecks } from '../../../src/commands/models/gate-text.ts';
import type { Check } from '../../../src/repository/gate/check.ts';
import {
  checkRecordedScores,
  type RecordedScores,
  type Thresholds,
} from '../../../src/repository/gate/checks/recorded-scores.ts';

const LIMITS: Thresholds = { maxDrop: 0.02, maxLabelDrop: 0.05, minScores: new Map() };

/** Data sets in English, with training data, and in German, without. */
const DATASETS: Datasets = [
  dataset('semeval-en', 'en', ['train', 'dev']),
  dataset('umsab-de', 'de', ['dev']),
];

function dataset(name: string, language: string, roles: ('train' | 'dev')[]): Datasets[number] {
  return {
    name,
    language,
    source: 'made up',
    license: 'CC0-1.0',
    files: roles.map((role) => ({
      path: `${name}/${role}.tsv`,
      role,
      sha256: '0'.repeat(64),
      bytes: 1,
      rows: 1,
      labels: { positive: 1 },
      languages: { [language]: 1 },
    })),
  };
}

function scores(value: number, positiveF1 = value): Scores {
  const label = { precision: value, recall: value, f1: value, support: 100 };
  return {
    macro_recall: value,
    macro_f1: value,
    accuracy: value,
    labels: { negative: label, positive: { ...label, f1: positiveF1 } },
  };
}

function recorded(english: Scores, german: Scores | undefined = scores(0.5)): RecordedScores {
  const metrics: Metrics = {
    primary: 'macro_recall',
    datasets: {
      'semeval-en/dev': { rows: 200, fp32: scores(0.99), int8: english },
      ...(german && { 'umsab-de/dev': { rows: 200, int8: german } }),
    },
  };
  return { metrics, datasets: DATASETS };
}

function failures(checks: readonly Check[]): string[] {
  return checks.filter(({ result }) => result === 'failed').map(({ name }) => name);
}

describe('a version is compared with the one in production', () => {
  const production = recorded(scores(0.74));

  test.each([
    ['equal scores', recorded(scores(0.74)), []],
    ['a drop within the allowed range', recorded(scores(0.72)), []],
    ['a drop beyond it', recorded(scores(0.7199, 0.72)), ['semeval-en/dev macro_recall']],
    ['a drop of one label', recorded(scores(0.74, 0.68)), ['semeval-en/dev positive f1']],
    [
      'a drop in a language that production was not trained for',
      recorded(scores(0.74), scores(0.1)),
      [],
    ],
    [
      'a data set that is no longer measured',
      { ...recorded(scores(0.74)), metrics: { primary: 'macro_recall' as const, datasets: {} } },
      ['semeval-en/dev', 'umsab-de/dev'],
    ],
  ])('%s', (_name, candidate, expected) => {
    expect(failures(checkRecordedScores(candidate, production, LIMITS))).toEqual(expected);
  });

  test('a score that does not decide is reported', () => {
    const checks = checkRecordedScores(recorded(scores(0.74), scores(0.1)), production, LIMITS);
    expect(checks).toContainEqual({
      name: 'umsab-de/dev macro_recall',
      result: 'info',
      detail: '0.5000 → 0.1000 (−0.4000), production was not trained for it',
    });
  });
});

describe('a failed check says what to do', () => {
  const production = recorded(scores(0.9123));
  const adviceOn = (candidate: RecordedScores, name: string): string | undefined =>
    checkRecordedScores(candidate, production, LIMITS).find((each) => each.name === name)?.advice;

  test('whether chance may explain the drop, by the number of texts', () => {
    const name = 'semeval-en/dev positive f1';
    const few = scores(0.9123, 0.8615);
    few.labels.positive!.support = 30;
    expect(adviceOn(recorded(few), name)).toBe(
      'chance may explain it: on 30 texts, differences below 0.1095 are no evidence. ' +
        'More texts decide it; --max-label-drop allows more',
    );
    const many = scores(0.9123, 0.8615);
    many.labels.positive!.support = 3000;
    expect(adviceOn(recorded(many), name)).toBe(
      'train a better version; --max-label-drop allows more',
    );
    // Of 200 rows.
    expect(adviceOn(recorded(scores(0.88)), 'semeval-en/dev macro_recall')).toBe(
      'chance may explain it: on 200 texts, differences below 0.0424 are no evidence. ' +
        'More texts decide it; --max-drop allows more',
    );
    expect(adviceOn(recorded(scores(0.91)), 'semeval-en/dev macro_recall')).toBeUndefined();
  });

  test('of a data set that is no longer measured', () => {
    const metrics: Metrics = { primary: 'macro_recall', datasets: {} };
    expect(adviceOn({ metrics, datasets: DATASETS }, 'semeval-en/dev')).toBe(
      'measure it in the training too: keep semeval-en/dev in data/datasets.json, with the role dev. ' +
        'Where the new data replace it, gate once without --against, with --min-score instead',
    );
  });
});

test('a minimum score is required with and without a version in production', () => {
  const limits = {
    ...LIMITS,
    minScores: new Map([
      ['umsab-de/dev', 0.7],
      ['none/dev', 0.1],
    ]),
  };
  for (const production of [undefined, recorded(scores(0.74))]) {
    expect(failures(checkRecordedScores(recorded(scores(0.74)), production, limits))).toEqual([
      'umsab-de/dev macro_recall',
      'none/dev macro_recall',
    ]);
  }
});

test('the table ends with the verdict', () => {
  const checks: Check[] = [
    { name: 'a', result: 'passed', detail: 'fine' },
    {
      name: 'long name',
      result: 'failed',
      detail: 'not fine',
      advice: 'mend it '.repeat(10).trim(),
    },
    { name: 'b', result: 'info', detail: 'reported' },
  ];
  expect(formatChecks(checks)).toBe(
    [
      'ok    a          fine',
      'FAIL  long name  not fine',
      '        mend it mend it mend it mend it mend it mend it mend it mend it mend it',
      '        mend it',
      '      b          reported',
      'refused: 1 of 2 checks failed',
    ].join('\n'),
  );
  expect(formatChecks(checks.slice(0, 1))).toMatch(/\npassed: 1 checks$/);
});

test('scores are computed by their definitions', () => {
  const actual = ['a', 'a', 'a', 'a', 'b', 'b', 'c'];
  const predicted = ['a', 'a', 'a', 'b', 'b', 'a', 'a'];
  expect(measureScores(predicted, actual, ['a', 'b', 'c'])).toEqual({
    macro_recall: 0.4167,
    macro_f1: 0.3889,
    accuracy: 0.5714,
    labels: {
      a: { precision: 0.6, recall: 0.75, f1: 0.6667, support: 4 },
      b: { precision: 0.5, recall: 0.5, f1: 0.5, support: 2 },
      c: { precision: 0, recall: 0, f1: 0, support: 1 },
    },
  });
});
