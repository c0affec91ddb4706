import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../support/git-version.ts';
import { PINNED } from '../support/pinned.ts';
import { ROOT, startServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let prometheus: ChildProcess;
let api: string;

beforeAll(async () => {
  server = await startServer();
  const folder = temporaryFolder();
  const config = readFileSync(join(ROOT, 'prometheus.yml'), 'utf8')
    .replace('server:8080', new URL(server.url).host)
    .replace('scrape_interval: 5s', 'scrape_interval: 1s');
  writeFileSync(join(folder, 'prometheus.yml'), config);
  const address = `127.0.0.1:${await freePort()}`;
  api = `http://${address}/api/v1`;
  prometheus = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
    ],
    { stdio: 'ignore' },
  );
});
afterAll(async () => {
  prometheus.kill();
  await once(prometheus, 'exit');
  await server.stop();
});

test('the configuration is valid', () => {
  execFileSync('promtool', ['check', 'config', join(ROOT, 'prometheus.yml')]);
});

test('promtool finds nothing to say of the metrics, before and after traffic', async () => {
  for (let i = 0; i < 2; i++) {
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(execFileSync('promtool', ['check', 'metrics'], { input: metrics }).toString()).toBe('');
    await server.predict({ inputs: 'some traffic' });
    await server.predict('{');
  }
});

test('a real Prometheus sees the model, and counts exactly what was sent', async () => {
  expect(await eventually('up{job="tweet-sentiment"}', 1)).toBe(1);
  expect(await eventually(`classifier_model_info{commit="${PINNED}"}`, 1)).toBe(1);
  const count = 'sum(classifier_predictions_total)';
  // One text a request until here.
  const before = await query(count);
  await Promise.all(
    Array.from({ length: 50 }, () => server.predict({ inputs: ['Guten Morgen', 'Good morning'] })),
  );
  expect(await eventually(count, before + 100)).toBe(before + 100);
  expect(await query('sum(classifier_predictions_total{language="de"})')).toBe(50);
  const requests = 'sum(http_requests_total{route="/predict",status="200"})';
  expect(await query(requests)).toBe(before + 50);
  expect(
    await query('sum(http_request_duration_seconds_count{route="/predict",status="200"})'),
  ).toBe(before + 50);
  expect(await query('prediction_log_lines_total')).toBe(await query(count));
});

/** The value of an instant query; NaN where there is none. */
async function query(expression: string): Promise<number> {
  const url = `${api}/query?${new URLSearchParams({ query: expression })}`;
  const answer = await fetch(url).then(
    (response) => response.json() as Promise<{ data: { result: { value: [number, string] }[] } }>,
    () => undefined,
  );
  return Number(answer?.data?.result[0]?.value[1] ?? Number.NaN);
}

/** Polls a query for up to half a minute. @returns the last value seen. */
async function eventually(expression: string, expected: number): Promise<number> {
  const end = Date.now() + 30_000;
  let value = await query(expression);
  while (value !== expected && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    value = await query(expression);
  }
  return value;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
