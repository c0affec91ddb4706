/** The queries of docs/how-to/alerts.md, by a real Prometheus with the shipped rules that scrapes a real server. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { poll } from '../../tools/launch.mjs';
import { readDocument } from '../docs/markdown.ts';
import { startPrometheus, type TestPrometheus } from '../support/prometheus.ts';
import { startServer, type TestServer } from '../support/server.ts';

const page = readDocument('docs/how-to/alerts.md');
const blocks = [...page.matchAll(/^```promql\n([\s\S]+?)\n```$/gm)].map(([, query]) => `${query}`);
const [recordedShare = '', trained = '', germanShare = ''] = blocks;

let server: TestServer;
let prometheus: TestPrometheus;

beforeAll(async () => {
  server = await startServer();
  prometheus = await startPrometheus({ targets: [new URL(server.url).host] });
  // From 0: an increase needs a sample before the traffic.
  await prometheus.eventually('sum(classifier_observations_total{feature="language"})', 0);
  const inputs = ['Guten Morgen zusammen', 'Good morning', 'See you later', 'What a wonderful day'];
  expect((await server.predict({ inputs })).status).toBe(200);
});
afterAll(async () => {
  await prometheus?.stop();
  await server?.stop();
});

const eventually = (query: string, accept: (value: number) => boolean): Promise<number> =>
  poll(() => prometheus.value(query), { accept, timeoutMs: 60_000 });

test.each([
  ['by the metrics', germanShare],
  ['by the recording rule', recordedShare],
])('the share of German texts, %s', async (_, query) => {
  expect(await eventually(query, (share) => Math.abs(share - 0.25) < 0.01)).toBeCloseTo(0.25, 2);
});

test('what the version was trained on', async () => {
  expect(await eventually(trained, (share) => share < 0.01)).toBeLessThan(0.01);
});
