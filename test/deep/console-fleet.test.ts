/** The console of one of two replicas, which a real Prometheus scrapes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConsoleData, FleetHistory } from '../../src/api/console.ts';
import { freePort, poll } from '../../tools/launch.mjs';
import { adminOf, startAdminServer } from '../support/admin.ts';
import { MULTILINGUAL, MULTILINGUAL_TAG, PINNED } from '../support/pinned.ts';
import { startPrometheus, type TestPrometheus } from '../support/prometheus.ts';
import type { TestServer } from '../support/server.ts';
import { axeViolations } from './axe.ts';
import { hasChromium, open, useBrowser } from './browser.ts';

const ENGLISH = 'What a wonderful morning, the coffee is great and the sun is out!';
const GERMAN = 'Der Zug kommt schon wieder zu spät, ich habe wirklich genug davon.';
/** A rate needs two scrapes, and a step of the chart is 30 s. */
const TIMEOUT_MS = 180_000;

useBrowser();

describe.skipIf(!hasChromium)('with PROMETHEUS_URL', { timeout: 300_000 }, () => {
  let prometheus: TestPrometheus;
  let quiet: TestServer;
  let busy: TestServer;
  const data = async (): Promise<ConsoleData> =>
    (await (await fetch(`${quiet.url}/console/data`)).json()) as ConsoleData;
  const history = async (range: string): Promise<FleetHistory> =>
    (await (await fetch(`${quiet.url}/console/fleet?range=${range}`)).json()) as FleetHistory;

  beforeAll(async () => {
    const ports = [String(await freePort()), String(await freePort())] as const;
    prometheus = await startPrometheus({ targets: ports.map((port) => `127.0.0.1:${port}`) });
    const env = { PROMETHEUS_URL: prometheus.url };
    quiet = await startAdminServer({ ...env, PORT: ports[0] });
    busy = await startAdminServer({ ...env, PORT: ports[1] });
    // What a process counted before its first scrape is no increase.
    expect(await prometheus.eventually('count(classifier_model_info)', 2)).toBe(2);
    for (let ten = 0; ten < 24; ten++) {
      const inputs = Array.from({ length: 10 }, (_, i) => `${i < 4 ? GERMAN : ENGLISH} ${ten}${i}`);
      expect((await busy.predict({ inputs })).status).toBe(200);
    }
  }, TIMEOUT_MS);
  afterAll(async () => {
    await Promise.all([quiet?.stop(), busy?.stop(), prometheus?.stop()]);
  });

  test('a replica without traffic shows the alert of all, and what to do', async () => {
    const found = await poll(data, {
      accept: ({ findings }) => findings[0]?.severity === 'act',
      timeoutMs: TIMEOUT_MS,
    });
    expect(found.recent.texts).toBe(0);
    expect(found.fleet).toMatchObject({
      status: 'ok',
      versions: [{ commit: PINNED, replicas: 2 }],
      down: 0,
    });
    expect(found.findings[0]?.text.replaceAll('\u00a0', ' ')).toMatch(
      /^(39|40|41) % of the latest texts of all replicas are German \(de\), which tweet-sentiment/,
    );
    expect(found.findings[0]?.firingSince).toBeGreaterThan(found.now - 300);
    const steps = found.findings[0]?.steps.map(({ type }) => type);
    expect(steps).toEqual(expect.arrayContaining(['texts', 'version', 'runbook']));
  });

  test('the history has the languages and requests of all replicas', async () => {
    const sums = (found: FleetHistory) => {
      const steps = found.status === 'ok' ? found.steps : [];
      const sum = (name: string) =>
        steps.reduce((all, step) => all + (step.languages[name] ?? 0), 0);
      return { steps: steps.length, de: sum('de'), en: sum('en') };
    };
    const found = await poll(() => history('1h'), {
      accept: (each) => sums(each).de > 0,
      timeoutMs: TIMEOUT_MS,
    });
    const { steps, de, en } = sums(found);
    expect(steps).toBe(120);
    expect(de / (de + en)).toBeCloseTo(0.4, 1);
    expect(found).toMatchObject({ status: 'ok', range: '1h', spanSeconds: 3600 });
    for (const range of ['24h', '7d']) {
      expect(await history(range)).toMatchObject({ status: 'ok', range });
    }
  });

  test('the page shows all replicas, and this one when it is chosen', async () => {
    const { page, complaints } = await open(quiet.url);
    await page.getByText('2 replicas').waitFor();
    expect(await page.getByLabel('All replicas, 1h').isChecked()).toBe(true);
    await page.getByText('The alert fires since').waitFor();
    const row = page.locator('#languages-table tr', { hasText: 'German' });
    await row.waitFor();
    expect(await row.getAttribute('data-severity')).toBe('act');
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel('7d').check();
    await page.locator('#languages-table th', { hasText: '7 d' }).waitFor();
    await page.getByLabel('This replica').check();
    await page.getByText('No text in the last 5 min.').waitFor();
    expect(complaints).toEqual([]);
  });

  test('a version that begins to serve is a mark, and the versions are counted', async () => {
    const { status } = await adminOf(busy.url).change('PUT /admin/model', { commit: MULTILINGUAL });
    expect(status).toBe(200);
    const isDeployed = (found: FleetHistory) =>
      found.status === 'ok' && found.deploys.some(({ commit }) => commit === MULTILINGUAL);
    const found = await poll(() => history('1h'), { accept: isDeployed, timeoutMs: TIMEOUT_MS });
    expect(isDeployed(found)).toBe(true);
    const { fleet } = await poll(data, {
      accept: ({ fleet: each }) => each.status === 'ok' && each.versions.length === 2,
      timeoutMs: TIMEOUT_MS,
    });
    expect(fleet).toMatchObject({ versions: [{ replicas: 1 }, { replicas: 1 }] });
  });

  test('without Prometheus the page is of this replica, and gives the reason', async () => {
    const { page } = await open(quiet.url);
    await page.getByText(`1 × ${MULTILINGUAL_TAG}`).waitFor();
    await prometheus.stop();
    await page.getByText('This replica only: Prometheus can’t be reached (ECONNREFUSED).').waitFor({
      timeout: TIMEOUT_MS,
    });
    const { fleet, findings } = await data();
    expect(fleet.status).toBe('unavailable');
    expect(findings[0]?.severity).toBe('fine');
  });
});
