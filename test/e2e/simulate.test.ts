import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/simulate/report.ts';
import { temporaryFolder } from '../support/git-version.ts';
import { PINNED } from '../support/pinned.ts';
import { runCommand, startCommand, startServer, sum, type TestServer } from '../support/server.ts';

const KEY = 'key-of-the-simulation';

let server: TestServer;
beforeAll(async () => {
  // A busy machine may be slow: no request may time out here.
  server = await startServer({ API_KEYS: KEY, REQUEST_TIMEOUT_MS: '100000' });
});
afterAll(() => server.stop());

function simulate(...args: string[]) {
  return runCommand(['simulate', '--url', server.url, '--api-key', KEY, ...args]);
}

/** Starts a run that lasts until something happens to it. */
function start(url: string, ...args: string[]) {
  const { child, exited } = startCommand(['simulate', '--server', url, '--api-key', KEY, ...args]);
  const ended = Promise.all([text(child.stdout), exited]).then(([stdout, { code }]) => ({
    code,
    stdout,
  }));
  return { child, ended };
}

/** Waits until the server has logged so many predictions more. */
async function predictions({ lines, eventually }: TestServer, count: number): Promise<void> {
  const logged = (): number => lines.filter(({ event }) => event === 'prediction').length;
  const target = logged() + count;
  await eventually(() => logged() >= target);
}

describe('simulate', () => {
  test('counts what the server counts', async () => {
    const before = await server.metrics();
    const { code, stdout, stderr } = await simulate(
      ...['--mix', 'en=1,de=1', '--then', 'es=1,fr=1', '--for', '2s,1s', '--rate', '30'],
      ...['--batch', '2', '--feedback', '0.5', '--connections', '500', '--json'],
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const { phases, rows, statuses, feedback, latency_ms, ended } = JSON.parse(stdout) as Report;
    expect(ended).toBe('completed');
    const after = await server.metrics();
    const added = (name: string, labels = ''): number =>
      sum(after, name, labels) - sum(before, name, labels);
    const total = (count: (row: Report['rows'][number]) => number | undefined): number =>
      rows.reduce((whole, row) => whole + (count(row) ?? 0), 0);

    for (const language of ['en', 'de', 'es', 'fr', 'und']) {
      expect(total(({ told }) => told[language])).toBe(
        added('classifier_predictions_total', `language="${language}"`),
      );
    }
    for (const label of ['negative', 'neutral', 'positive']) {
      expect(total(({ predicted }) => predicted[label])).toBe(
        added('classifier_predictions_total', `label="${label}"`),
      );
    }
    const sent = phases.reduce((whole, phase) => whole + phase.sent, 0);
    expect(sent).toBeGreaterThan(40);
    expect(phases.map(({ skipped }) => skipped)).toEqual([0, 0]);
    expect(total(({ texts }) => texts)).toBe(sent);
    expect(statuses).toEqual({ 200: sent / 2 });
    expect(added('http_requests_total', 'route="/predict"')).toBe(sent / 2);
    expect(feedback).toEqual({ 204: added('classifier_feedback_total') });
    expect(feedback['204']).toBeGreaterThan(0);
    expect(new Set(rows.map(({ commit }) => commit))).toEqual(new Set([PINNED]));
    expect(latency_ms?.p50).toBeLessThanOrEqual(latency_ms?.max as number);
  });

  test('prints a table', async () => {
    const { code, stdout } = await simulate('--for', '1s', '--rate', '20', '--mix', 'en=1');
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^phase 1 {2}en=1 {2}\d+ texts sent$/);
    expect(lines[2]).toMatch(/^phase +language +commit +texts +accuracy +identified +negative/);
    expect(lines[3]).toMatch(/^1 +en +[0-9a-f]{12} +\d+ +[\d.]+ % +[\d.]+ %/);
    expect(lines[5]).toMatch(/^statuses {2}200: \d+$/);
    expect(lines[6]).toMatch(/^latency {3}p50 [\d.]+ m?s {2}p90 [\d.]+ m?s {2}p99 /);
    expect(lines[7]).toMatch(/^\d+:\d\d$/);
  });

  test('continues after errors; where nothing was predicted, its exit code is 2', async () => {
    const { code, stdout, stderr } = await simulate(
      ...['--api-key', 'another', '--for', '1s', '--rate', '10'],
    );
    expect(code).toBe(2);
    expect(stdout).toMatch(/^statuses {2}403: \d+$/m);
    expect(stderr).toBe(
      'tweet-sentiment: nothing was predicted: --api-key must be a key of the server\n',
    );
  });

  test('prints its table after an interrupt', async () => {
    const { child, ended } = start(server.url, '--for', '1h', '--rate', '30');
    await predictions(server, 5);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^statuses {2}200: \d+$/m);
    expect(stdout).toMatch(/, ended early\n$/);
  });

  test('a server that is killed during the run is in the table', async () => {
    const victim = await startServer({ API_KEYS: KEY });
    const { ended } = start(victim.url, '--for', '4s', '--rate', '30');
    await predictions(victim, 5);
    await victim.stop('SIGKILL');
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^statuses {2}200: \d+ .*ECONNREFUSED: \d+/m);
    expect(stdout).toMatch(/^1 +en /m);
  });

  test('sends the texts of a file; a label that the model does not have has no accuracy', async () => {
    const file = join(temporaryFolder(), 'texts.tsv');
    writeFileSync(file, 'joy\tI got the job\nanger\tNot again\n');
    const { code, stdout, stderr } = await simulate('--texts', file, '--for', '1s', '--rate', '20');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^1 +- +[0-9a-f]{12} +\d+ +no label +- /m);
    const mixed = await simulate('--texts', file, '--mix', 'en=1');
    expect(mixed).toMatchObject({ code: 2, stderr: expect.stringContaining('--mix') });
    const missing = await simulate('--texts', 'nowhere.tsv');
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('nowhere.tsv') });
  });

  test('without a server, it is an error', async () => {
    const { code, stdout, stderr } = await runCommand([
      'simulate',
      '--server',
      'http://127.0.0.1:9',
    ]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^tweet-sentiment: No server answers at http:\/\/127\.0\.0\.1:9 \(/);
  });

  test.each([
    [['--mix', 'it=1'], /argument 'it=1' is invalid.*de, en, es, fr; found "it=1"/],
    [['--then', 'en'], /de, en, es, fr; found "en"/],
    [['--for', '1m,2m'], /expected one duration, or one for each of 1 phases; found 2/],
    [['--for', '2'], /expected a duration such as 30s, 2m or 1h; found "2"/],
    [['--rate', '0'], /expected a number above 0/],
    [['--batch', '1.5'], /expected a whole number from 1/],
    [['--feedback', '2'], /expected a number from 0 to 1/],
    [['--seed', '-1'], /expected a whole number from 0/],
    [['--url', 'ftp://localhost'], /expected an address such as http:\/\/localhost:8080/],
  ])('%j is refused', async (args, message) => {
    const { code, stderr } = await runCommand(['simulate', ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
