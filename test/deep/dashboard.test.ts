import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { consoleDataSchema } from '../../src/api/console.ts';
import { createPrometheus } from '../../src/console/fleet/prometheus.ts';
import { readVersions } from '../../src/console/fleet/queries.ts';
import { writeNormal } from '../../src/drift/normal.ts';
import { DRIFT_POLICY } from '../../src/drift/policy.ts';
import { poll } from '../../tools/launch.mjs';
import { temporaryFolder } from '../../tools/temporary.mjs';
import { calibratedStore, MODEL, MULTILINGUAL } from '../support/pinned.ts';
import { type Sample, startPrometheus, type TestPrometheus } from '../support/prometheus.ts';
import { ROOT, startServer, type TestServer } from '../support/server.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat?: string }[];
  readonly transformations?: readonly {
    readonly id: string;
    readonly options: { readonly include?: { readonly names: readonly string[] } };
  }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { name: string; definition?: string }[] };
}

const GRAFANA = join(ROOT, 'deploy', 'grafana');
const { panels, templating } = JSON.parse(
  readFileSync(join(GRAFANA, 'dashboards', 'tweet-sentiment.json'), 'utf8'),
) as Dashboard;
const queries = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat = '' }) => ({ title, expr, legendFormat })),
);

const ENGLISH = [
  'Good morning, what a wonderful day to be outside!',
  'The train is late again and nobody tells us why.',
  'We are going to the cinema on Friday evening.',
  'I really can not stand this weather any longer.',
];
const GERMAN = [
  'Guten Morgen, was für ein schöner Tag heute!',
  'Der Zug hat schon wieder Verspätung und niemand sagt warum.',
];

/** Twice as many are enough for an estimate of the accuracy. */
const TEXTS: readonly string[] = [
  ...Array(40).fill(ENGLISH).flat(),
  ...Array(10).fill(GERMAN).flat(),
];

const TOKEN = 'token-of-the-dashboard-test';

/** What serves, so that there is an estimate of its accuracy. */
const { store, sha: SERVED } = calibratedStore();

/** So that there is a normal at once. */
const usual = (...bins: string[]) =>
  Object.fromEntries(bins.map((bin) => [bin, { ratio: 1 / bins.length, deviation: 0.01 }]));
const normal = {
  name: 'tweet-sentiment',
  commit: SERVED,
  from: '2026-01-01T00:00:00Z',
  to: '2026-01-02T00:00:00Z',
  texts: 1000,
  features: {
    label: usual('negative', 'neutral', 'positive'),
    language: usual('en', 'und'),
    score: usual('0.65', '1'),
    tokens: usual('8', '16'),
  },
};

let server: TestServer;
let prometheus: TestPrometheus;

beforeAll(async () => {
  const baselines = temporaryFolder();
  await writeNormal(baselines, normal);
  server = await startServer({ BASELINES: baselines, ADMIN_TOKEN: TOKEN, MODEL_STORE: store });
  await startCandidate(MULTILINGUAL);
  prometheus = await startPrometheus({ targets: [new URL(server.url).host] });
  await prometheus.eventually('count(classifier_observations_total{feature="label"} == 0)', 3);
  // Twice, so that whatever is a rate has two samples that differ.
  for (let i = 1; i <= 2; i++) {
    const ids = (await Promise.all(TEXTS.map((inputs) => predictedId(inputs)))).slice(0, 10);
    await Promise.all(ids.map((id) => feedback(id)));
    await prometheus.eventually('sum(classifier_predictions_total)', TEXTS.length * i);
  }
});
afterAll(async () => {
  await prometheus.stop();
  await server.stop();
});

test.each(queries)('$title: $expr', async ({ expr, legendFormat }) => {
  const query = expr.replaceAll('$job', 'tweet-sentiment');
  // Each query has a name for its lines that distinguishes them.
  const series = await poll(() => prometheus.query(query), { accept: hasNumber });
  expect(hasNumber(series)).toBe(true);
  for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
    expect(series.every(({ metric }) => metric[label as string])).toBe(true);
  }
});

test('tables show columns that there are', async () => {
  for (const { title, targets = [], transformations = [] } of panels) {
    const names = transformations.flatMap(({ options }) => options.include?.names ?? []);
    const query = targets[0]?.expr.replaceAll('$job', 'tweet-sentiment') ?? '';
    const columns = names.length > 0 ? await prometheus.query(query) : [];
    const there = new Set(['Value', ...columns.flatMap(({ metric }) => Object.keys(metric))]);
    // Of alerts that name a replica or a label; the one that fires here names a version and a language.
    const optional = title === 'Alerts firing' ? ['instance', 'label'] : [];
    expect
      .soft(
        names.filter((name) => !there.has(name) && !optional.includes(name)),
        title,
      )
      .toEqual([]);
  }
});

test('the job can be chosen among those that have the server', async () => {
  const { definition } = templating.list.find(({ name }) => name === 'job') ?? {};
  const [, metric] = /^label_values\((\w+), job\)$/.exec(definition ?? '') ?? [];
  const series = await prometheus.query(`count by (job) (${metric})`);
  expect(series.map(({ metric }) => metric.job)).toEqual(['tweet-sentiment']);
});

test('the dashboard shows German in English traffic as the alerts do', async () => {
  const alerts = await poll(() => prometheus.firing(), {
    accept: (firing) => firing.some(({ labels }) => labels.language === 'de'),
  });
  expect(alerts.map(({ labels }) => labels)).toContainEqual(
    expect.objectContaining({
      alertname: 'ClassifierForeignLanguage',
      language: 'de',
      commit: SERVED,
    }),
  );
});

test('the console estimates the accuracy as the dashboard does', async () => {
  expect(TEXTS.length).toBeLessThan(DRIFT_POLICY.minObservations);
  const read = async () => {
    // In the last five minutes, whatever the other tests took.
    await Promise.all([...TEXTS, ...TEXTS].map((inputs) => predictedId(inputs)));
    const data = consoleDataSchema.parse(await (await fetch(`${server.url}/console/data`)).json());
    const { versions } = await readVersions(createPrometheus(prometheus.url), MODEL);
    return [data.drift.estimatedAccuracy?.accuracy, versions[0]?.estimatedAccuracy];
  };
  const isClose = ([own = 0, fleet = 1]: (number | undefined)[]) => Math.abs(own - fleet) < 0.005;
  const [own, fleet] = await poll(read, { accept: isClose });
  expect(fleet).toBeGreaterThan(0.4);
  expect(own).toBeCloseTo(fleet as number, 2);
});

test('every rule has been evaluated without an error', async () => {
  const rules = await poll(() => prometheus.rules(), {
    accept: (all) => all.every(({ health }) => health !== 'unknown'),
  });
  expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
});

test('panels have ids of their own and do not overlap', () => {
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const taken = new Map<string, string>();
  for (const { title, gridPos } of panels) {
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(taken.get(`${x} ${y}`), title).toBeUndefined();
        taken.set(`${x} ${y}`, title);
      }
    }
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
  }
});

test('the provisioning names what Compose mounts', () => {
  const compose = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
  const provider = readFileSync(
    join(GRAFANA, 'provisioning', 'dashboards', 'tweet-sentiment.yml'),
    'utf8',
  );
  const [, path] = /^ +path: (.+)$/m.exec(provider) ?? [];
  expect(compose).toContain(`./deploy/grafana/dashboards:${path}:ro`);
  expect(compose).toContain(`${path}/tweet-sentiment.json`);
});

function hasNumber(series: readonly Sample[]): boolean {
  return series.some(({ value }) => Number.isFinite(value));
}

async function startCandidate(commit: string): Promise<void> {
  const response = await fetch(`${server.url}/admin/shadow`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ commit, share: 1 }),
  });
  expect(response.status).toBe(200);
}

async function predictedId(inputs: string): Promise<string> {
  const answer = (await (await server.predict({ inputs })).json()) as {
    predictions: { id: string }[];
  };
  return answer.predictions[0]?.id ?? '';
}

async function feedback(id: string): Promise<void> {
  const { status } = await fetch(`${server.url}/feedback`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id, label: 'positive' }),
  });
  expect(status).toBe(204);
}
