/** The alert rules have the thresholds of the policies that the console and `drift` apply. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { DRIFT_POLICY } from '../../src/drift/policy.ts';
import { SERVICE_POLICY } from '../../src/telemetry/service-policy.ts';
import { ROOT } from '../support/server.ts';

interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert?: string;
      readonly record?: string;
      readonly expr: string;
    }[];
  }[];
}

/** The expressions of the alerts of a name, in their order. */
function expressionsOf(alert: string, file = 'alerts-drift.yml'): string[] {
  const path = join(ROOT, 'deploy/prometheus', file);
  const { groups } = parse(readFileSync(path, 'utf8')) as RuleFile;
  const rules = groups.flatMap((group) => group.rules).filter((rule) => rule.alert === alert);
  return rules.map(({ expr }) => expr);
}

/** The numbers that the expressions of an alert compare with, in their order. */
function thresholdsOf(alert: string, file?: string): string[][] {
  return expressionsOf(alert, file).map((expr) =>
    [...expr.matchAll(/(>=?|<)\s*(\d+(?:\.\d+)?)/g)].map(([, sign, number]) => `${sign} ${number}`),
  );
}

const { foreignLanguage, undetermined, labelMix, unknownTokens, minObservations } = DRIFT_POLICY;

test('an accuracy is estimated from as many texts as a verdict needs', () => {
  const path = join(ROOT, 'deploy/prometheus/recording-drift.yml');
  const { groups } = parse(readFileSync(path, 'utf8')) as RuleFile;
  const rules = groups
    .flatMap((group) => group.rules)
    .filter(({ record }) => record?.includes('classifier_estimated_accuracy'));
  expect(rules).toHaveLength(2);
  for (const { expr } of rules) {
    expect(expr).toContain(`>= ${minObservations}\n`);
  }
});

test('a foreign language: a ticket in three windows, a page in two of them', () => {
  const window = [
    `> ${foreignLanguage.minExcess}`,
    `< ${foreignLanguage.maxReference}`,
    `>= ${foreignLanguage.minTexts}`,
    `>= ${foreignLanguage.minObservations}`,
  ];
  const page = [`> ${foreignLanguage.pageShare}`, `>= ${foreignLanguage.minObservations}`];
  // The hour is for where five minutes have too few texts for the share.
  const enough = `>= ${foreignLanguage.minTexts / foreignLanguage.minExcess}`;
  expect(thresholdsOf('ClassifierForeignLanguage')).toEqual([
    [...window, ...window, ...window, enough],
    [...page, ...page, `> ${foreignLanguage.minExcess}`],
  ]);
});

test('undetermined texts: from an excess without doubt on, until half of it', () => {
  const window = [`> ${undetermined.minExcess}`, `>= ${minObservations}`];
  expect(thresholdsOf('ClassifierUndetermined')).toEqual([
    [...window, ...window, `> ${undetermined.minExcess / 2}`],
  ]);
  const [expr] = expressionsOf('ClassifierUndetermined');
  expect(expr?.match(/- (\d+) \* sqrt\(/g)).toEqual(
    Array(2).fill(`- ${undetermined.standardErrors} * sqrt(`),
  );
});

test('labels: points, deviations of the normal, and standard errors', () => {
  const [expr = ''] = expressionsOf('ClassifierLabelMixDrift');
  const { minDifference, deviations, minDifferenceOfFirstDay } = labelMix;
  const difference = `${deviations} \\* \\S+:deviation{feature="label"},\\s+${minDifference}\\)`;
  expect(expr).toMatch(new RegExp(`clamp_min\\(\\s+${difference}`));
  expect(expr).toContain(`${deviations} * sqrt(`);
  expect(expr).toMatch(
    new RegExp(`<= ${minDifferenceOfFirstDay}\\s[^<]*:samples\\S*\\s+< 1440\\s`),
  );
  expect(expr).toMatch(new RegExp(`>= ${minObservations},`));
});

test.each([
  ['ClassifierScoreDrift', DRIFT_POLICY.score.maxIndex, DRIFT_POLICY.score.minObservations],
  ['ClassifierLengthDrift', DRIFT_POLICY.length.maxIndex, DRIFT_POLICY.length.minObservations],
  ['ClassifierTopicDrift', DRIFT_POLICY.topic.maxIndex, DRIFT_POLICY.topic.minObservations],
  ['ClassifierUnknownTokens', unknownTokens.minExcess, minObservations],
])('%s', (alert, threshold, texts) => {
  expect(thresholdsOf(alert)).toEqual([[`> ${threshold}`, `>= ${texts}`]]);
});

test('the normal is of windows with enough texts', () => {
  const path = join(ROOT, 'deploy/prometheus/recording-drift.yml');
  const [, sample] = readFileSync(path, 'utf8').split('ratio5m_sample\n');
  expect(sample).toMatch(new RegExp(`^[^-]*>= ${minObservations}\n`));
});

test('slow answers: the bound of a bucket', () => {
  const path = join(ROOT, 'deploy/prometheus/recording.yml');
  const bounds = [...readFileSync(path, 'utf8').matchAll(/le="([^"]+)"/g)].map(([, le]) =>
    Number(le),
  );
  expect(new Set(bounds)).toEqual(new Set([SERVICE_POLICY.maxP99Seconds]));
});

test('a queue that is nearly full', () => {
  expect(thresholdsOf('ClassifierQueueFull', 'alerts-service.yml')).toEqual([
    ['>= 10', `> ${SERVICE_POLICY.maxQueueSaturation}`],
  ]);
});

test('a page of the console is one of the alerts: rates, minimums, names', () => {
  const { burnRate, errors, slow, minRefused } = SERVICE_POLICY;
  const [errorPage = ''] = expressionsOf('ClassifierErrorBudgetBurn', 'alerts-service.yml');
  expect(errorPage).toContain(`> ${burnRate} * ${errors.budget}\n`);
  expect(errorPage).toContain(`>= ${errors.minRequests}\n`);
  expect(errorPage).toContain(`>= ${errors.minErrors}\n`);
  const [slowPage = ''] = expressionsOf('ClassifierLatencyBudgetBurn', 'alerts-service.yml');
  expect(slowPage).toContain(`> ${burnRate} * ${slow.budget}\n`);
  expect(slowPage).toContain(`>= ${slow.minAnswers}\n`);
  const [queue = ''] = expressionsOf('ClassifierQueueFull', 'alerts-service.yml');
  expect(queue).toContain(`>= ${minRefused}\n`);
  const source = readFileSync(join(ROOT, 'src/telemetry/service-policy.ts'), 'utf8');
  const names = [...source.matchAll(/alert: '(\w+)'/g)].map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(4);
  for (const name of names) {
    expect.soft(expressionsOf(name, 'alerts-service.yml'), name).not.toEqual([]);
  }
});

test.each([
  ['ClassifierErrorBudgetBurn', 'http_request_errors', 0.001],
  ['ClassifierLatencyBudgetBurn', 'http_request_slow', 0.01],
])('%s and the budget left have one objective', (alert, metric, objective) => {
  const factors = expressionsOf(alert, 'alerts-service.yml').map((expr) =>
    [...expr.matchAll(/> ([\d.]+) \* ([\d.]+)/g)].map(([, factor, budget]) => [factor, budget]),
  );
  const pairs = (...rates: string[]) => rates.map((rate) => [rate, String(objective)]);
  expect(factors).toEqual([pairs('14.4', '14.4', '6', '6'), pairs('1', '1')]);
  const text = readFileSync(join(ROOT, 'deploy/prometheus/recording.yml'), 'utf8');
  const left = text.split(`${metric}:budget_left30d`)[1]?.split('- record')[0];
  expect(left?.trim().split('/ ').at(-1)).toBe(String(objective));
});
