/** What the recording rules store does not grow with the number of replicas: docs/measurements/scaling.md. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { PER_REPLICA_RULES, RULES } from '../support/prometheus.ts';

interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly { readonly record?: string; readonly expr: string }[];
  }[];
}

const rules = readdirSync(RULES)
  .filter((name) => name.endsWith('.yml'))
  .map((name) => parse(readFileSync(join(RULES, name), 'utf8')) as RuleFile)
  .flatMap(({ groups }) => groups.flatMap((group) => group.rules))
  .flatMap(({ record, expr }) => (record ? [{ record, expr }] : []))
  .filter(({ record }) => !(record in PER_REPLICA_RULES));

/** A metric of the server, outside of strings: recorded ones have a colon, and have no instance. */
const TOKEN = /"[^"]*"|\b(?:sum|min|max|count|group|avg) by \(([^)]*)\)\s*\(|[a-z_:\d]+|[()]/g;
const SERVER_METRIC =
  /^(?:up|(?:http|classifier|prediction|event|request|process|nodejs)_[a-z_\d]+)$/;

/** Metrics of single replicas that no aggregation encloses which leaves their `instance` out. */
function notAggregated(expr: string): string[] {
  const found: string[] = [];
  // For each open parenthesis, whether it is that of such an aggregation.
  const open: boolean[] = [];
  for (const [token, labels] of expr.matchAll(TOKEN)) {
    if (token.endsWith('(')) {
      open.push(labels !== undefined && !labels.split(', ').includes('instance'));
    } else if (token === ')') {
      open.pop();
    } else if (SERVER_METRIC.test(token) && !open.includes(true)) {
      found.push(token);
    }
  }
  return found;
}

test('the check finds a metric with its instance', () => {
  expect(notAggregated('sum by (job) (rate(up[5m]))')).toEqual([]);
  expect(notAggregated('rate(http_requests_total[5m]) / sum by (job) (up)')).toEqual([
    'http_requests_total',
  ]);
  expect(notAggregated('sum by (job, instance) (up)')).toEqual(['up']);
});

test.each(rules)('$record sums over the replicas', ({ record, expr }) => {
  expect(record.split(':')[0]).not.toContain('instance');
  expect(notAggregated(expr)).toEqual([]);
});

test('there are rules', () => {
  expect(rules.length).toBeGreaterThan(50);
});
