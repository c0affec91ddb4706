// Real servers beside the model, on this machine: the model gets the service times that were measured just
// before, and predicts the latency of a constant rate, and what a cache has.
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '#dist/toolkit.js';
import * as measure from '../measure.mjs';
import { openLoop } from '../open-loop.mjs';
import { startServer } from '../server.mjs';
import { median } from '../stats.mjs';
import { createTextSource, repeatHalf } from '../texts.mjs';
import { makeArrivals, simulateReplica, summarize } from './replica.mjs';
import { SMALL, withBatchMs } from './service.mjs';
import { hitShare } from './traffic.mjs';

const SETTINGS = { WORKERS: '1', LOG_LEVEL: 'warn' };
const LOADS = [0.6, 0.85];
/** Enough for full batches. */
const CONNECTIONS = 96;
const CLOSED_S = 3;
const OPEN_S = 6;
const CACHED_TEXTS = 1500;
/** A round counts only where each worker has so much of a core under full load: else others use the machine. */
const MIN_CORE = { 1: 0.9, 2: 0.75 };
const MAX_ATTEMPTS = 60;
const PAUSE_MS = 20_000;
const KEYS = ['p50', 'p99', 'rate'];

/** Rates of both servers at a time, each by a client of its own. */
const closed = (bench, servers, connections) =>
  Promise.all(servers.map((server) => measure.closed(bench, server, { connections })));

/**
 * @returns `capacity` of all servers in texts a second, and `service` as `simulateReplica` has it; undefined
 * where the machine is busy.
 */
async function calibrate(bench, servers) {
  const full = await closed(bench, servers, CONNECTIONS);
  const core = Math.min(...full.map(({ rate, cpuUs }) => (rate * cpuUs.workers) / 1e6));
  if (core < MIN_CORE[servers.length]) {
    return undefined;
  }
  const few = await closed(bench, servers, SMALL);
  const capacity = full.reduce((sum, { rate }) => sum + rate, 0);
  const mainMs = median(full.map(({ cpuUs }) => cpuUs.main)) / 1000;
  // The time of a run is in that of its texts: of few connections, a batch has hardly more than one run.
  const textMs = (1000 * servers.length) / capacity - mainMs;
  const rate = median(few.map((each) => each.rate));
  const service = withBatchMs(
    { runMs: 0, textMs, mainMs },
    { workers: 1, connections: SMALL, rate },
  );
  return { capacity, service };
}

/** @param shares of the rate, for each server. @returns what is measured, and what the model predicts. */
async function compare(bench, servers, { rate, shares, service }) {
  const rates = shares.map((share) => share * rate);
  const loads = servers.map(async ({ url }, i) => {
    const bodies = bench
      .texts(Math.ceil(rates[i] * OPEN_S))
      .map((inputs) => JSON.stringify({ inputs }));
    return openLoop(url, { path: '/predict', rate: rates[i], seconds: OPEN_S, bodies });
  });
  const samples = (await Promise.all(loads)).flatMap((each) => each.samples);
  const answered = samples.filter(({ status }) => status === 200).sort((a, b) => a.at - b.at);
  const real = summarize(
    answered.map(({ at }) => at),
    answered.map(({ latency }) => latency),
  );
  const parts = rates.map((each) => {
    const arrivals = makeArrivals({ rate: each, seconds: OPEN_S });
    return { arrivals, latencies: simulateReplica(arrivals, { workers: 1, service }) };
  });
  const model = summarize(
    parts.flatMap(({ arrivals }) => arrivals),
    parts.flatMap(({ latencies }) => latencies),
  );
  return { real, model, failed: samples.length - answered.length };
}

/** @returns a comparison for each load, of the names in the report; undefined where the machine is busy. */
async function round(bench, servers) {
  const calibrated = await calibrate(bench, servers);
  if (!calibrated) {
    return undefined;
  }
  const { capacity, service } = calibrated;
  const even = servers.map(() => 1 / servers.length);
  const found = {};
  for (const load of LOADS) {
    const name = `${servers.length} × 1 worker, ${load * 100} % of the capacity`;
    found[name] = await compare(bench, servers, { rate: load * capacity, shares: even, service });
  }
  if (servers.length === 2) {
    const name = '2 × 1 worker, 60 %, three of four connections at one';
    const rate = LOADS[0] * capacity;
    found[name] = await compare(bench, servers, { rate, shares: [0.75, 0.25], service });
  }
  return { capacity, service, found };
}

/** Texts of which half are repeats, at random to two servers: the share that their caches have. */
async function compareCaches(bench) {
  const servers = [await startServer(SETTINGS), await startServer(SETTINGS)];
  const { next: random } = createRandom(7);
  const texts = repeatHalf(bench.texts(2 * CACHED_TEXTS)).slice(0, CACHED_TEXTS);
  const replicas = texts.map(() => (random() < 0.5 ? 0 : 1));
  for (const [i, inputs] of texts.entries()) {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ inputs });
    await (
      await fetch(`${servers[replicas[i]].url}/predict`, { method: 'POST', headers, body })
    ).text();
  }
  let hits = 0;
  for (const { url, stop } of servers) {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    hits += Number(/^classifier_cache_requests_total\{result="hit"\} (\d+)$/m.exec(metrics)[1]);
    await stop();
  }
  let at = 0;
  const model = hitShare(texts, {
    ...{ replicas: 2, entries: Number.POSITIVE_INFINITY, from: 0 },
    replicaOf: () => replicas[at++],
  });
  return { texts: CACHED_TEXTS, real: hits / CACHED_TEXTS, model };
}

/** @returns medians over the rounds, of one and of two servers. */
export async function check({ rounds, onProgress }) {
  const texts = createTextSource();
  const bench = { texts, rawRate: 500, seconds: CLOSED_S };
  const servers = [];
  for (let i = 0; i < 2; i++) {
    servers.push(await startServer({ ...SETTINGS, CACHE_SIZE: '0' }));
  }
  const all = [];
  await closed(bench, servers, CONNECTIONS);
  for (let attempt = 1; all.length < rounds; attempt++) {
    onProgress(`attempt ${attempt}, ${all.length} of ${rounds} rounds`);
    const one = await round(bench, servers.slice(0, 1));
    const two = one && (await round(bench, servers));
    if (two) {
      all.push([one, two]);
    } else if (attempt === MAX_ATTEMPTS) {
      throw new Error('other programs use the CPUs: no comparison is possible');
    } else {
      await sleep(PAUSE_MS);
    }
  }
  await Promise.all(servers.map(({ stop }) => stop()));
  const points = all[0].flatMap((each, count) =>
    Object.keys(each.found).map((name) => {
      const of = (side, key) => median(all.map((one) => one[count].found[name][side][key]));
      const values = (side) => Object.fromEntries(KEYS.map((key) => [key, of(side, key)]));
      const failed = Math.max(...all.map((one) => one[count].found[name].failed));
      return { name, real: values('real'), model: values('model'), failed };
    }),
  );
  const rounded = all.map((each) => each.map(({ capacity, service }) => ({ capacity, service })));
  return {
    rounds,
    seconds: OPEN_S,
    points,
    calibration: rounded,
    cache: await compareCaches(bench),
  };
}
