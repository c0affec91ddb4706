import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { poll } from '../../tools/launch.mjs';
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
    expect
      .soft(labels?.severity, name)
      .toMatch(/^(page|ticket|{{ if .+}}page{{ else }}ticket{{ end }})$/);
    expect.soft(annotations?.summary, name).toMatch(/\.$/);
    expect.soft(annotations?.runbook_url, name).toBe(`docs/runbook.md#${name.toLowerCase()}`);
    expect.soft(sections, name).toContain(annotations?.runbook_url);
  }
});

test('a real Prometheus understands every query of the runbook', async () => {
  const queries = [...RUNBOOK.matchAll(/^```promql\n(.+?)\n```$/gms)].map(([, query]) => query);
  expect(queries.length).toBeGreaterThan(10);
  for (const query of queries) {
    await expect.soft(prometheus.query(query as string), query).resolves.toBeInstanceOf(Array);
  }
});

test('each alert of drift and of ratios requires a number of observations', () => {
  const counted = alerts.filter(({ query }) => /:(ratio|psi|p99)_?/.test(query));
  // The queue has a length, not a number of events.
  for (const { name, query } of counted.filter(({ name }) => name !== 'ClassifierQueueFull')) {
    expect.soft(query, name).toMatch(/:increase\w+(\{[^}]*\})? >= \d+/);
  }
  expect(counted.length).toBeGreaterThan(6);
});

test('a notification is sent for the cause, and none for its consequences', async () => {
  const alertmanager = await startAlertmanager();
  const [version, other] = [
    { job: 'j', commit: 'aaaa' },
    { job: 'j', commit: 'bbbb' },
  ];
  const burn = { alertname: 'ClassifierErrorBudgetBurn', job: 'j', route: '/predict' };
  const german = { alertname: 'ClassifierForeignLanguage', ...version, language: 'de' };
  const sent = [
    { ...german, window: '5m' },
    { ...german, language: 'fr', window: '1h' },
    { alertname: 'ClassifierLabelMixDrift', ...other },
    { ...burn, window: '1h' },
    { alertname: 'ClassifierDown', job: 'j' },
  ];
  const held = [
    { ...german, window: '1h' },
    { alertname: 'ClassifierLabelMixDrift', ...version },
    { alertname: 'ClassifierScoreCollapse', ...version },
    { alertname: 'ClassifierUnknownTokens', ...version },
    { ...burn, window: '6h' },
  ];
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

describe('unit tests of alerts', () => {
  test('each alert fires in a test and is silent later in the same one', () => {
    const cases = yamlFiles(TESTS).flatMap((file) => alertCases(readFileSync(file, 'utf8')));
    const resolved = new Set(
      cases.flatMap(({ test, fires }, i) =>
        [...fires].filter((alert) =>
          cases
            .slice(i + 1)
            .some(
              (later) =>
                later.test === test && later.name === nameOf(alert) && !later.fires.has(alert),
            ),
        ),
      ),
    );
    const all = alerts.map(({ name, labels }) => key(name, labels?.window));
    expect([...resolved].sort()).toEqual(all.sort());
  });

  test('each alert is silent in a test in which it never fires', () => {
    const cases = yamlFiles(TESTS).flatMap((file) => alertCases(readFileSync(file, 'utf8')));
    for (const { name, labels } of alerts) {
      const alert = key(name, labels?.window);
      const fires = new Set(cases.filter((one) => one.fires.has(alert)).map((one) => one.test));
      const silent = cases.filter((one) => one.name === name && !fires.has(one.test));
      expect.soft(silent.length, alert).toBeGreaterThan(0);
    }
  });
});

interface AlertCase {
  /** Name of the test that it is part of. */
  readonly test: string;
  readonly name: string;
  /** Keys of the alerts that are expected. */
  readonly fires: ReadonlySet<string>;
}

/** The cases of a file of unit tests, in its order; as text, in the form that these files have. */
function alertCases(yaml: string): AlertCase[] {
  return yaml
    .split(/^ {2}- name: /m)
    .slice(1)
    .flatMap((test) =>
      test
        .split(/^ {6}- (?=eval_time:)/m)
        .slice(1)
        .map((text) => {
          const name = /alertname: (\w+)/.exec(text)?.[1] ?? '';
          const fires = text
            .split('- exp_labels:')
            .slice(1)
            .map((labels) => key(name, /window: (\w+)/.exec(labels)?.[1]));
          return { test: test.split('\n')[0] as string, name, fires: new Set(fires) };
        }),
    )
    .filter(({ name }) => name !== '');
}

/** Alerts of one name differ in their window. */
function key(name: string, window = ''): string {
  return `${name} ${window}`.trim();
}

function sorted(labels: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
}

function nameOf(alert: string): string {
  return alert.split(' ')[0] as string;
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
