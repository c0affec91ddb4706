// Real servers beside the model, on this machine: the model gets the service times that were measured just
// before, and predicts the latency of a constant rate, and what a cache has.
import { setTimeout as sleep } from 'node:timers/promises';
import { poll } from '../../tools/launch.mjs';
import * as measure from '../measure.mjs';
import { openLoop } from '../open-loop.mjs';
import { machineSeconds } from '../proc.mjs';
import { startServer } from '../server.mjs';
import { median } from '../stats.mjs';
import { createTextSource } from '../texts.mjs';
import { makeArrivals, simulateReplica, summarize } from './replica.mjs';
import { SMALL, withBatchMs } from './service.mjs';

const SETTINGS = { WORKERS: '1', LOG_LEVEL: 'warn' };
const LOADS = [0.6, 0.85];
/** Enough for full batches. */
const CONNECTIONS = 96;
const CLOSED_S = 3;
const OPEN_S = 6;
/** A round counts only where each worker has so much of a core under full load: else others use the machine. */
const MIN_CORE = { 1: 0.9, 2: 0.75 };
const MAX_ATTEMPTS = 20;
/** It begins when so much of the CPUs is idle. */
const MIN_IDLE = 0.85;
const IDLE_WINDOW_MS = 3_000;
const MAX_WAIT_MS = 2 * 3_600_000;
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

/** Waits until other programs leave the CPUs alone. @throws where they do not. */
async function waitUntilIdle() {
  const isIdle = async () => {
    const before = machineSeconds();
    await sleep(IDLE_WINDOW_MS);
    const after = machineSeconds();
    return after.idle - before.idle > MIN_IDLE * (after.total - before.total);
  };
  if (!(await poll(isIdle, { timeoutMs: MAX_WAIT_MS }))) {
    throw new Error('other programs use the CPUs');
  }
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

/** @returns medians over the rounds, of one and of two servers. */
export async function check({ rounds, onProgress }) {
  const texts = createTextSource();
  const bench = { texts, rawRate: 500, seconds: CLOSED_S };
  const servers = [];
  for (let i = 0; i < 2; i++) {
    servers.push(await startServer({ ...SETTINGS, CACHE_SIZE: '0' }));
  }
  const all = [];
  await waitUntilIdle();
  await closed(bench, servers, CONNECTIONS);
  for (let attempt = 1; all.length < rounds; attempt++) {
    await waitUntilIdle();
    onProgress(`attempt ${attempt}, ${all.length} of ${rounds} rounds`);
    const one = await round(bench, servers.slice(0, 1));
    const two = one && (await round(bench, servers));
    if (two) {
      all.push([one, two]);
    } else if (attempt === MAX_ATTEMPTS) {
      throw new Error('the workers do not get the CPUs');
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
  };
}
