/** The queries of docs/reference/metrics.md, asked of a real Prometheus that scrapes a real server. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PredictResponse } from '../../src/api/predict.ts';
import { poll } from '../../tools/launch.mjs';
import { promqlOf, readDocument } from '../docs/markdown.ts';
import { MULTILINGUAL } from '../support/pinned.ts';
import { startPrometheus, type TestPrometheus } from '../support/prometheus.ts';
import { startServer, type TestServer } from '../support/server.ts';

const queries = promqlOf(readDocument('docs/reference/metrics.md'));
const authorization = 'Bearer sixteen-characters';
const json = { 'content-type': 'application/json' };

let server: TestServer;
let prometheus: TestPrometheus;

beforeAll(async () => {
  server = await startServer({
    ...{ API_KEYS: 'shop:a-key-of-the-shop', ADMIN_TOKEN: 'sixteen-characters' },
  });
  prometheus = await startPrometheus({ targets: [new URL(server.url).host] });
  const candidate = await fetch(`${server.url}/admin/shadow`, {
    method: 'PUT',
    headers: { ...json, authorization },
    body: JSON.stringify({ commit: MULTILINGUAL, share: 1 }),
  });
  expect(candidate.status).toBe(200);
});
afterAll(async () => {
  await prometheus.stop();
  await server.stop();
});

/** Half of the texts are German, and come again. @returns the share that the server took for German. */
async function sendTraffic(round: number): Promise<number> {
  const key = { 'x-api-key': 'a-key-of-the-shop' };
  const inputs = Array.from({ length: 20 }, (_, at) =>
    at % 2 === 0 ? `What a wonderful day number ${round}-${at}` : `Guten Morgen, Tag ${at}`,
  );
  const { predictions } = (await (await server.predict({ inputs }, key)).json()) as PredictResponse;
  await fetch(`${server.url}/feedback`, {
    method: 'POST',
    headers: { ...json, ...key },
    body: JSON.stringify({ id: predictions[0]?.id, label: 'positive' }),
  });
  return predictions.filter(({ language }) => language === 'de').length / inputs.length;
}

test('each query has an answer that is a number', { timeout: 120_000 }, async () => {
  expect(queries.length).toBeGreaterThan(10);
  let round = 0;
  let germanShare = 0;
  const unanswered = async (): Promise<string[]> => {
    germanShare = await sendTraffic(round++);
    const values = await Promise.all(queries.map((query) => prometheus.query(query)));
    return queries.filter((_, at) => !values[at]?.some(({ value }) => Number.isFinite(value)));
  };
  const left = await poll(unanswered, { accept: (found) => found.length === 0, intervalMs: 200 });
  expect(left).toEqual([]);
  const share = queries.find((query) => query.includes('language="de"'));
  expect(await prometheus.value(share as string)).toBeCloseTo(germanShare, 1);
});
