/** Each alert has a test in which it fires and ends, and one in which it never fires: deploy/prometheus/tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../support/server.ts';

interface Rule {
  readonly alert?: string;
  readonly labels?: { readonly severity?: string };
}
interface Case {
  readonly alertname: string;
  readonly exp_alerts: readonly { readonly exp_labels: { readonly severity: string } }[];
}
interface Suite {
  readonly tests: readonly { readonly alert_rule_test?: readonly Case[] }[];
}

const RULES = join(ROOT, 'deploy', 'prometheus');

/** Alerts of one name differ in their severity. */
const alerts = read<{ groups: { rules: Rule[] }[] }>(RULES)
  .flatMap(({ groups }) => groups.flatMap(({ rules }) => rules))
  .flatMap(({ alert, labels }) => (alert ? [{ name: alert, severity: labels?.severity }] : []))
  // It fires always: that is its purpose.
  .filter(({ name }) => name !== 'Watchdog');

/** Whether each alert fires, in the order of each test. */
const tests = read<Suite>(join(RULES, 'tests')).flatMap(({ tests }) =>
  tests.map(({ alert_rule_test = [] }) => alert_rule_test),
);

const severities = (one: Case) => one.exp_alerts.map(({ exp_labels }) => exp_labels.severity);
const firesOf = (cases: readonly Case[], { name, severity = '' }: (typeof alerts)[number]) =>
  cases
    .filter(({ alertname }) => alertname === name)
    .map((one) => severities(one).includes(severity));

test('there are alerts and tests', () => {
  expect(alerts.length).toBeGreaterThan(20);
  expect(tests.length).toBeGreaterThan(alerts.length);
});

test.each(alerts)('$name, $severity: a test in which it fires, then ends', (alert) => {
  const sequences = tests.map((cases) => firesOf(cases, alert));
  expect(sequences.some((fires) => fires.includes(true) && fires.at(-1) === false)).toBe(true);
});

test.each(alerts)('$name, $severity: a test in which it never fires', (alert) => {
  const sequences = tests.map((cases) => firesOf(cases, alert));
  expect(sequences.some((fires) => fires.length > 0 && !fires.includes(true))).toBe(true);
});

test('each test is of an alert that there is', () => {
  const names = new Set([...alerts.map(({ name }) => name), 'Watchdog']);
  expect(tests.flat().filter(({ alertname }) => !names.has(alertname))).toEqual([]);
});

function read<T>(folder: string): T[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => parse(readFileSync(join(folder, name), 'utf8')) as T);
}
