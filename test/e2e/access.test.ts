/** Named keys, how often each is used, and how often it may be. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { poll } from '../../tools/launch.mjs';
import { temporaryFolder } from '../support/git-version.ts';
import { inferRequest } from '../support/grpc.ts';
import { startGrpcServer, untilMetric } from '../support/grpc-server.ts';
import { runCommand, startServer, sum, type TestServer } from '../support/server.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const withKey = (key: string) => ({ authorization: `Bearer ${key}` });

describe('a server with named keys and rates', () => {
  let server: TestServer;
  let first: Map<string, number>;
  beforeAll(async () => {
    server = await startServer({
      API_KEYS: `shop:sha256:${sha256('key-of-the-shop')},app:key-of-the-app`,
      RATE_LIMIT: '100000/h,app=3/h',
    });
    first = await server.metrics();
  });
  afterAll(() => server.stop());

  const requestsOf = async (client: string, status: number): Promise<number | undefined> =>
    (await server.metrics()).get(
      `classifier_client_requests_total{client="${client}",status="${status}"}`,
    );

  test('takes a key of which it has only the digest, and not the digest', async () => {
    const response = await server.predict({ inputs: 'text' }, withKey('key-of-the-shop'));
    expect(response.status).toBe(200);
    expect(response.headers.get('ratelimit-policy')).toBe('"texts";q=100000;w=3600;qu="texts"');
    expect(response.headers.get('ratelimit')).toMatch(/^"texts";r=99999;t=3[56]\d\d$/);
    for (const wrong of [sha256('key-of-the-shop'), `sha256:${sha256('key-of-the-shop')}`]) {
      expect((await server.predict({ inputs: 'text' }, withKey(wrong))).status).toBe(403);
    }
    expect(await requestsOf('shop', 200)).toBe(1);
    expect(await requestsOf('none', 403)).toBe(2);
  });

  test('names the client in the line of a prediction', async () => {
    const line = await server.eventually(({ event }) => event === 'prediction');
    expect(line).toMatchObject({ client: 'shop', input: 'text' });
  });

  test('refuses more texts than a key may have, and tells when there are more', async () => {
    const send = (inputs: string[]) => server.predict({ inputs }, withKey('key-of-the-app'));
    expect((await send(['a', 'b'])).status).toBe(200);
    const refused = await send(['a', 'b']);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_000);
    expect(refused.headers.get('ratelimit')).toMatch(/^"texts";r=1;t=3\d\d\d$/);
    expect(await refused.json()).toEqual({
      type: '/problems/rate-limited',
      title: 'The client’s rate limit is reached',
      status: 429,
      detail: 'At most 3 texts in 3600 s are allowed for this client: 1 left, 2 requested',
    });
    expect((await send(['a'])).status).toBe(200);
    expect((await send(['a'])).status).toBe(429);
    expect(await requestsOf('app', 429)).toBe(2);
    const metrics = await server.metrics();
    expect(sum(metrics, 'classifier_rejected_total', 'reason="rate_limited"')).toBe(2);
    const headers = withKey('key-of-the-shop');
    const overview = await fetch(`${server.url}/console/data`, { headers });
    const { alarms } = (await overview.json()) as { alarms: { kind: string }[] };
    expect(alarms.map(({ kind }) => kind)).not.toContain('refused_requests');
    // Others are not concerned.
    expect((await server.predict({ inputs: 'a' }, withKey('key-of-the-shop'))).status).toBe(200);
  });

  test('has every series from the first scrape', async () => {
    const ofClients = (metrics: Map<string, number>): string[] =>
      [...metrics.keys()].filter((name) => name.startsWith('classifier_client_')).sort();
    expect(ofClients(await server.metrics())).toEqual(ofClients(first));
    expect(ofClients(first).length).toBeGreaterThan(20);
  });

  test('counts the same requests as http_requests_total', async () => {
    const metrics = await server.metrics();
    expect(sum(metrics, 'classifier_client_requests_total')).toBe(
      sum(metrics, 'http_requests_total', 'method="POST",route="/predict"'),
    );
  });
});

test('without keys, an address has the rate, and its requests have no client', async () => {
  const server = await startServer({ RATE_LIMIT: '2/h', TRUST_PROXY: '1' });
  const send = (address: string) =>
    server.predict({ inputs: ['a', 'b'] }, { 'x-forwarded-for': `9.9.9.9, ${address}` });
  const statuses: number[] = [];
  for (const address of ['203.0.113.7', '203.0.113.7', '203.0.113.8']) {
    statuses.push((await send(address)).status);
  }
  expect(statuses).toEqual([200, 429, 200]);
  const metrics = await server.metrics();
  expect(metrics.get('classifier_client_requests_total{client="none",status="200"}')).toBe(2);
  expect((await server.stop()).code).toBe(0);
});

test('gRPC and the Open Inference Protocol take from the same rate, and are counted with it', async () => {
  const { server, client } = await startGrpcServer({ RATE_LIMIT: '4/h', TRUST_PROXY: '1' });
  const metadata = { 'x-forwarded-for': '9.9.9.9, 203.0.113.7' };
  const request = inferRequest(['a', 'b']);
  await client.call('ModelInfer', request, { metadata }).response;
  const infer = (address: string): Promise<Response> =>
    fetch(`${server.url}/v2/models/tweet-sentiment/infer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
      body: JSON.stringify({
        inputs: [{ name: 'text', shape: [2], datatype: 'BYTES', data: ['a', 'b'] }],
      }),
    });
  const answered = await infer('203.0.113.7');
  expect([answered.status, answered.headers.get('ratelimit')]).toEqual([
    200,
    expect.stringMatching(/^"texts";r=0;t=3\d\d\d$/),
  ]);
  expect(await client.refusal('ModelInfer', request, { metadata })).toMatchObject({
    ...{ code: 'RESOURCE_EXHAUSTED', problem: '/problems/rate-limited' },
    details: 'At most 4 texts in 3600 s are allowed for this client: 0 left, 2 requested',
  });
  expect((await infer('203.0.113.8')).status).toBe(200);
  await untilMetric(server, 'classifier_client_requests_total', 'client="none",status="429"', 1);
  const metrics = await server.metrics();
  expect(metrics.get('classifier_client_requests_total{client="none",status="200"}')).toBe(3);
  const line = server.lines.find((each) => each.event === 'request');
  expect(line).toMatchObject({ address: '203.0.113.7', problem: 'rate-limited', status: 429 });
  client.close();
  await server.stop();
});

describe.each([
  ['one process', {}],
  ['two processes', { PROCESSES: '2', WORKERS: '2' }],
])('API_KEYS_FILE, %s', (_, env) => {
  test('is read again on SIGHUP; where it is bad, the keys that are known remain', async () => {
    const path = join(temporaryFolder(), 'keys');
    writeFileSync(path, 'shop:first-key # until May\n');
    const server = await startServer({ ...env, API_KEYS_FILE: path });
    const statusOf = async (key: string): Promise<number> =>
      (await server.predict({ inputs: 'text' }, withKey(key))).status;
    const processes = 'PROCESSES' in env ? 2 : 1;
    const untilLines = (event: string, count: number) =>
      poll(async () => server.lines.filter((line) => line.event === event), {
        accept: (lines: readonly unknown[]) => lines.length >= count,
        intervalMs: 10,
      });
    expect(await statusOf('first-key')).toBe(200);
    expect(await statusOf('second-key')).toBe(403);

    writeFileSync(path, 'shop:second-key\nweb:third-key\n');
    server.process.kill('SIGHUP');
    const [read] = await untilLines('keys_read', processes);
    expect(read).toMatchObject({ level: 'info', keys: 2 });
    // The requests of several connections reach all processes.
    for (let i = 0; i < 2 * processes; i++) {
      expect(await statusOf('first-key')).toBe(403);
      expect(await statusOf('second-key')).toBe(200);
    }
    const series = 'classifier_client_requests_total{client="web",status="200"}';
    expect((await server.metrics()).get(series)).toBe(0);

    writeFileSync(path, 'shop:second-key\nweb:short\n');
    server.process.kill('SIGHUP');
    const [unreadable] = await untilLines('keys_unreadable', processes);
    expect(unreadable).toMatchObject({
      level: 'error',
      code: 'bad-setting',
      message: `API_KEYS_FILE: ${path}, line 2: expected keys of 8 characters or more`,
    });
    expect(await statusOf('second-key')).toBe(200);
    expect((await server.stop()).code).toBe(0);
  });
});

test.each<[string, Record<string, string>, string]>([
  [
    'a file that does not exist',
    { API_KEYS_FILE: '/nowhere/keys' },
    'API_KEYS_FILE: /nowhere/keys does not exist',
  ],
  [
    'a rate of a key that does not exist',
    { API_KEYS: 'shop:first-key,web:second-key', RATE_LIMIT: 'shp=10/s' },
    'RATE_LIMIT: expected names of keys (shop, web), found shp',
  ],
])('%s ends the start', async (_, env, message) => {
  const { code, stderr } = await runCommand(['serve'], env);
  expect([code, stderr]).toEqual([2, `tweet-sentiment: ${message}\n`]);
});
