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
    readonly rules: readonly { readonly alert?: string; readonly expr: string }[];
  }[];
}

/** The numbers that the expressions of an alert compare with, in their order, without repetitions. */
function thresholdsOf(alert: string, file = 'alerts-drift.yml'): string[][] {
  const path = join(ROOT, 'deploy/prometheus', file);
  const { groups } = parse(readFileSync(path, 'utf8')) as RuleFile;
  const rules = groups.flatMap((group) => group.rules).filter((rule) => rule.alert === alert);
  return rules.map(({ expr }) =>
    [...expr.matchAll(/(>=?|<)\s*(\d+(?:\.\d+)?)/g)].map(([, sign, number]) => `${sign} ${number}`),
  );
}

const { foreignLanguage, psi, minObservations, scoreCollapse, unknownTokens } = DRIFT_POLICY;

test('a foreign language, in both windows', () => {
  const expected = [
    `> ${foreignLanguage.minExcess}`,
    `< ${foreignLanguage.maxReference}`,
    `>= ${foreignLanguage.minTexts}`,
    `>= ${foreignLanguage.minObservations}`,
  ];
  expect(thresholdsOf('ClassifierForeignLanguage')).toEqual([expected, expected]);
});

test.each([
  ['ClassifierLabelMixDrift', psi.changed],
  ['ClassifierScoreCollapse', scoreCollapse.minExcess],
  ['ClassifierUnknownTokens', unknownTokens.minExcess],
])('%s', (alert, threshold) => {
  expect(thresholdsOf(alert)).toEqual([[`> ${threshold}`, `>= ${minObservations}`]]);
});

test('the bins of a score collapse are those up to the policy’s largest score', () => {
  const text = readFileSync(join(ROOT, 'deploy/prometheus/alerts-drift.yml'), 'utf8');
  const pattern = /feature="score", bin=~"([^"]+)"/.exec(text)?.[1]?.replaceAll('\\\\', '\\');
  const counted = ['0.45', '0.55', '0.65', '0.75', '0.85', '0.95', '0.99', '1'].filter((bin) =>
    new RegExp(`^(?:${pattern})$`).test(bin),
  );
  expect(Number(counted.at(-1))).toBe(scoreCollapse.maxScore);
});

test('slow answers', () => {
  expect(thresholdsOf('ClassifierLatency', 'alerts-service.yml')).toEqual([
    [`> ${SERVICE_POLICY.maxP99Seconds}`, '>= 500'],
  ]);
});

test('a queue that is nearly full', () => {
  expect(thresholdsOf('ClassifierQueueFull', 'alerts-service.yml')).toEqual([
    ['>= 10', `> ${SERVICE_POLICY.maxQueueSaturation}`],
  ]);
});
