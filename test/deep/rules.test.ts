import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { poll } from '../../tools/launch.mjs';
import { promqlOf, readDocument } from '../docs/markdown.ts';
import {
  RULES,
  type Rule,
  startAlertmanager,
  startPrometheus,
  type TestPrometheus,
} from '../support/prometheus.ts';
import { ROOT } from '../support/server.ts';

const TESTS = join(RULES, 'tests');
const RUNBOOK = readFileSync(join(ROOT, 'docs', 'runbook.md'), 'utf8');

let prometheus: TestPrometheus;
let alerts: Rule[];

beforeAll(async () => {
  prometheus = await startPrometheus({ targets: ['127.0.0.1:1'] });
  alerts = (await prometheus.rules()).filter(({ type }) => type === 'alerting');
});
afterAll(() => prometheus.stop());

test.each([
  ['promtool', ['check', 'rules', '--lint=all', '--lint-fatal', ...yamlFiles(RULES)]],
  ['promtool', ['check', 'config', join(ROOT, 'prometheus.yml')]],
  ['amtool', ['check-config', join(ROOT, 'deploy', 'alertmanager', 'alertmanager.yml')]],
  // The unit tests of the rules.
  ['promtool', ['test', 'rules', ...yamlFiles(TESTS)]],
])('%s %j finds no error', (program, args) => {
  expect(() => run(program, args)).not.toThrow();
});

test('a Prometheus with prometheus.yml has every rule of deploy/prometheus', () => {
  const written = yamlFiles(RULES).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/- alert: (\w+)/g)].map(([, name]) => name),
  );
  expect(written.length).toBeGreaterThan(0);
  expect(alerts.map(({ name }) => name).sort()).toEqual(written.sort());
});

test('each alert says how urgent it is, what happened, and where to read on', () => {
  const sections = new Set(
    [...RUNBOOK.matchAll(/^## (\w+)$/gm)].map(
      ([, heading]) => `docs/runbook.md#${heading?.toLowerCase()}`,
    ),
  );
  for (const { name, labels, annotations } of alerts) {
    expect.soft(labels?.severity, name).toMatch(name === 'Watchdog' ? /^none$/ : /^(page|ticket)$/);
    expect.soft(annotations?.summary, name).toMatch(/\.$/);
    expect.soft(annotations?.runbook_url, name).toBe(`docs/runbook.md#${name.toLowerCase()}`);
    expect.soft(sections, name).toContain(annotations?.runbook_url);
  }
});

test.each([
  ['docs/runbook.md', RUNBOOK],
  ['docs/reference/metrics.md', readDocument('docs/reference/metrics.md')],
])('a real Prometheus understands every query of %s', async (_, markdown) => {
  const queries = promqlOf(markdown);
  expect(queries.length).toBeGreaterThan(10);
  for (const query of queries) {
    await expect.soft(prometheus.query(query), query).resolves.toBeInstanceOf(Array);
  }
});

test('each alert of drift and of ratios requires a number of observations', () => {
  const counted = alerts.filter(({ query }) => /:(ratio|psi|accuracy)/.test(query));
  // The queue has a length, not a number of events.
  for (const { name, query } of counted.filter(({ name }) => name !== 'ClassifierQueueFull')) {
    expect.soft(query, name).toMatch(/:increase\w+(\{[^}]*\})?\)? >= \d+/);
  }
  expect(counted.length).toBeGreaterThan(6);
});

test('a page holds back the ticket of the same language, and nothing else', async () => {
  const alertmanager = await startAlertmanager();
  const [version, other] = [
    { job: 'j', commit: 'aaaa' },
    { job: 'j', commit: 'bbbb' },
  ];
  const german = { alertname: 'ClassifierForeignLanguage', ...version, language: 'de' };
  const burn = { alertname: 'ClassifierErrorBudgetBurn', job: 'j', route: '/predict' };
  const sent = [
    { ...german, severity: 'page' },
    { ...german, language: 'fr', severity: 'ticket' },
    { ...german, ...other, severity: 'ticket' },
    { alertname: 'ClassifierLabelMixDrift', ...version, severity: 'ticket' },
    { ...burn, severity: 'page' },
    { ...burn, severity: 'ticket' },
    { alertname: 'ClassifierDown', job: 'j', severity: 'page' },
  ];
  const held = [{ ...german, severity: 'ticket' }];
  try {
    await alertmanager.send([...sent, ...held]);
    const expected = sent.map((labels) => JSON.stringify(sorted(labels))).sort();
    const active = await poll(
      async () =>
        (await alertmanager.active()).map(({ labels }) => JSON.stringify(sorted(labels))).sort(),
      { accept: (found) => found.join() === expected.join() },
    );
    expect(active).toEqual(expected);
    const names = new Set(alerts.map(({ name }) => name));
    expect([...sent, ...held].filter(({ alertname }) => !names.has(alertname))).toEqual([]);
  } finally {
    await alertmanager.stop();
  }
});

function sorted(labels: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
}

function yamlFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => join(folder, name));
}

/** @throws with what the command printed. */
function run(command: string, args: string[]): void {
  execFileSync(command, args, { stdio: 'pipe' });
}
