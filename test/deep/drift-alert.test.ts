/**
 * The reason why all of this is here: German tweets reach the English model. Real Prometheus and
 * Alertmanager with the shipped intervals and rules, two replicas, the version swapped on the way.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort, poll } from '../../tools/launch.mjs';
import { MULTILINGUAL, PINNED } from '../support/pinned.ts';
import {
  type Alert,
  startAlertmanager,
  startPrometheus,
  type TestAlertmanager,
  type TestPrometheus,
} from '../support/prometheus.ts';
import { startCommand, startServer, type TestServer } from '../support/server.ts';

const ENGLISH = PINNED;
/** Long enough for two scrapes and an evaluation to see it, and for a false alarm to come. */
const QUIET_MS = Number(process.env.QUIET_SECONDS ?? '45') * 1000;

let alertmanager: TestAlertmanager;
let prometheus: TestPrometheus;
let replicas: TestServer[];

beforeAll(async () => {
  replicas = await Promise.all([await freePort(), await freePort()].map((p) => start(ENGLISH, p)));
  alertmanager = await startAlertmanager();
  prometheus = await startPrometheus({
    targets: replicas.map(({ url }) => new URL(url).host),
    alertmanager: alertmanager.address,
    interval: 'shipped',
  });
});
afterAll(async () => {
  await prometheus.stop();
  await alertmanager.stop();
  await Promise.all(replicas.map((replica) => replica.stop()));
});

test('English tweets alone are no alarm', { timeout: 300_000 }, async () => {
  send(replicas[0] as TestServer, 'en=1');
  send(replicas[1] as TestServer, 'en=1');
  const start = Date.now();
  const alarms = await poll(() => prometheus.firing(), {
    accept: (firing) => firing.length > 0 || Date.now() - start > QUIET_MS,
    timeoutMs: QUIET_MS + 30_000,
  });
  expect(alarms).toEqual([]);
  expect(await prometheus.value('sum(classifier_predictions_total)')).toBeGreaterThan(100);
});

test('German on one of two replicas causes an alert within a minute', {
  timeout: 120_000,
}, async () => {
  const start = Date.now();
  send(replicas[0] as TestServer, 'de=1');
  const [alarm] = await poll(async () => (await alertmanager.active()).filter(isForeignLanguage), {
    accept: ({ length }) => length > 0,
    timeoutMs: 60_000,
  });
  const seconds = (Date.now() - start) / 1000;
  console.log(`the alert reached Alertmanager ${seconds.toFixed(0)} s after the first German text`);
  expect(alarm?.labels).toMatchObject({ language: 'de', commit: ENGLISH });
  expect(alarm?.annotations.summary).toMatch(/^de: /);
  expect(alarm?.annotations.runbook_url).toContain('docs/runbook.md#');
});

test('the rules see the sum of both replicas', async () => {
  // Both have had English; the share of German is that of all texts, not of one replica's.
  const share =
    'job_commit_feature_bin:classifier_observations:ratio5m{feature="language",bin="de"}';
  const [one, ...others] = await prometheus.query(share);
  expect(others).toEqual([]);
  expect(one?.metric).not.toHaveProperty('instance');
  expect(one?.value).toBeGreaterThan(0);
  const alone = await prometheus.value(
    'max(classifier_observations_total{feature="language",bin="de"}' +
      ' / on (instance) sum by (instance) (classifier_observations_total{feature="language"}))',
  );
  expect(one?.value).toBeLessThan(alone);
});

test('the multilingual version takes over, and it clears', { timeout: 240_000 }, async () => {
  replicas = await Promise.all(
    replicas.map(async (replica) => {
      await replica.stop();
      return start(MULTILINGUAL, Number(new URL(replica.url).port));
    }),
  );
  send(replicas[0] as TestServer, 'de=1');
  send(replicas[1] as TestServer, 'en=1');
  const served = `count(classifier_model_info{commit="${MULTILINGUAL}"})`;
  expect(await prometheus.eventually(served, 2)).toBe(2);
  const drift = async (): Promise<Alert[]> =>
    [...(await prometheus.firing()), ...(await alertmanager.active())].filter(isDrift);
  const noDrift = { accept: ({ length }: Alert[]) => length === 0, timeoutMs: 180_000 };
  expect(await poll(drift, noDrift)).toEqual([]);
  // German goes on coming, and is no news.
  const german = `classifier_observations_total{feature="language",bin="de"}`;
  const seen = await poll(() => prometheus.value(`sum(${german})`), {
    accept: (texts) => texts > 200,
    timeoutMs: 60_000,
  });
  expect(seen).toBeGreaterThan(200);
  expect(await drift()).toEqual([]);
});

test('a busy server has fewer than 2,000 series', async () => {
  const text = await (await fetch(`${replicas[0]?.url}/metrics`)).text();
  const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  console.log(`${series} series`);
  expect(series).toBeLessThan(2000);
});

/** Requests that came while both were down at once are an alarm of their own. */
function isDrift({ labels }: Alert): boolean {
  return labels.commit !== undefined;
}

function isForeignLanguage({ labels }: Alert): boolean {
  return labels.alertname === 'ClassifierForeignLanguage';
}

function start(commit: string, port: number): Promise<TestServer> {
  return startServer({ MODEL_COMMIT: commit, PORT: String(port), WORKERS: '1' });
}

/** Sends traffic until the tests are over, or the server has gone. */
function send(server: TestServer, mix: string): void {
  const args = ['simulate', '--url', server.url, '--mix', mix, '--rate', '10', '--for', '10m'];
  startCommand(args, {}, { stdio: ['ignore', 'ignore', 'inherit'] });
}
