// The measurements, one function each. They share `bench`: `texts` (a source of texts, all different),
// `tokenize`, `encodings` (token ids for the raw runtime), `raw` (its threads), `rawRate` (their
// approximate rate, texts a second), `seconds` (of one measurement).
import { setTimeout as sleep } from 'node:timers/promises';
import { openLoop } from './open-loop.mjs';
import { cpuSeconds, memoryMb } from './proc.mjs';
import { startServer } from './server.mjs';
import { makeTextsOfLength, repeatHalf } from './texts.mjs';
import { closedLoop } from './wrk.mjs';

const RAW_S = 2;
const LENGTHS = [8, 16, 32, 64, 128];
const REPEATED_TEXTS = 300;
const REPEATS_WARM_UP_S = 2;
const STARTS = 5;
const REST_S = 10;
const SOAK_STEP_S = 15;
/** Duration of the load above the maximum, and of the time after it in which recovery is measured. */
const OVERLOAD_S = 10;
const RECOVERY_S = 10;
const PROBES_PER_S = 50;
/** The server has recovered after this many good probes in succession. */
const GOOD_PROBES = 10;

/** Runs the raw runtime, by default in a thread for each core. */
export function raw({ raw: { run }, encodings }, { batch, threads, seconds = RAW_S }) {
  return run({ encodings, batch, threads, seconds });
}

/** More texts than can be answered in a second, even if `rawRate` was measured too low. */
const textsPerSecond = ({ rawRate }) => Math.ceil(Math.max(4000, 3 * rawRate));

const post = (inputs) => JSON.stringify({ inputs });

/**
 * Closed loop of single texts or of batches; all texts are different, unless `texts` are given.
 *
 * @param server this one or a peer.
 * @returns `rate` in texts a second; `cpuUs`: CPU time of the server for a text.
 */
export async function closed(bench, server, { connections, batch = 1, texts, cycle, ...options }) {
  const { pid, url, peer } = server;
  const { seconds } = { ...bench, ...options };
  const all = texts ?? bench.texts(textsPerSecond(bench) * seconds + connections * batch);
  const bodies = Array.from({ length: Math.floor(all.length / batch) }, (_, i) => {
    const inputs = all.slice(i * batch, (i + 1) * batch);
    return peer ? peer.body(inputs[0]) : post(batch === 1 ? inputs[0] : inputs);
  });
  const before = cpuSeconds(pid);
  const load = { bodies, connections, seconds, path: peer?.path ?? '/predict', cycle };
  const found = await closedLoop(url, load);
  const after = cpuSeconds(pid);
  const cpuUs = (group) => ((after[group] - before[group]) / found.requests / batch) * 1e6;
  return {
    ...found,
    rate: found.rate * batch,
    cpuUs: { total: cpuUs('total'), main: cpuUs('main'), workers: cpuUs('workers') },
  };
}

/** Half of the texts are repeats. */
export function halfRepeats(bench, server) {
  // A repeat takes no time of the model, so up to twice as many texts are answered.
  const texts = repeatHalf(bench.texts(2 * textsPerSecond(bench) * bench.seconds));
  return closed(bench, server, { connections: 32, texts });
}

/** All texts were sent before. */
export async function allRepeats(bench, server) {
  const load = { connections: 32, texts: bench.texts(REPEATED_TEXTS), cycle: true };
  // Until every process has answered every text.
  await closed(bench, server, { ...load, seconds: REPEATS_WARM_UP_S });
  return closed(bench, server, load);
}

/** Single different texts at a constant rate. */
export async function constant(bench, { url }, { rate, seconds = bench.seconds }) {
  const bodies = bench.texts(Math.ceil(rate * seconds)).map(post);
  return { ...(await openLoop(url, { path: '/predict', rate, seconds, bodies })), rate };
}

/**
 * A load far above the maximum; during it and after it, probes at a low rate.
 *
 * @param normalMs a probe is good if it is answered within this time.
 * @returns `healthzMs`: maximum latency of /healthz; `recoveryMs`: from the end of the load to the first
 * of ten good probes in succession. Null if there were none.
 */
export async function overload(bench, server, { rate, normalMs }) {
  const probes = { rate: PROBES_PER_S, seconds: OVERLOAD_S + RECOVERY_S };
  const [{ samples, ...overloaded }, healthz, probed] = await Promise.all([
    constant(bench, server, { rate, seconds: OVERLOAD_S }),
    openLoop(server.url, { ...probes, path: '/healthz' }),
    constant(bench, server, probes),
  ]);
  const endedAt = samples.at(-1).at;
  const afterwards = probed.samples.filter(({ at }) => at >= endedAt);
  const isGood = afterwards.map(({ status, latency }) => status === 200 && latency <= normalMs);
  const recovered = isGood.findIndex(
    (_, i) => i + GOOD_PROBES <= isGood.length && isGood.slice(i, i + GOOD_PROBES).every(Boolean),
  );
  return {
    ...overloaded,
    healthzMs: Object.keys(healthz.statuses).join() === '200' ? healthz.statuses[200].max : null,
    recoveryMs: recovered === -1 ? null : afterwards[recovered].at - endedAt,
  };
}

/** @returns ms to ready of each start. */
export async function starts() {
  const found = [];
  for (let i = 0; i < STARTS; i++) {
    const { readyMs, stop } = await startServer();
    found.push(readyMs);
    await stop();
  }
  return found;
}

/** Memory and CPU of a server that has just started and receives no requests; CPU as a share of a core. */
export async function rest({ pid }) {
  await sleep(REST_S * 1000);
  const memory = memoryMb(pid);
  const before = cpuSeconds(pid).total;
  await sleep(REST_S * 1000);
  return { memoryMb: memory, cpu: (cpuSeconds(pid).total - before) / REST_S };
}

/** Texts of exact lengths: ms of a single one, in the raw runtime and from the server. */
export async function lengths(bench, server) {
  const found = [];
  for (const tokens of LENGTHS) {
    const make = (count) => makeTextsOfLength(count, tokens, bench.tokenize);
    const encodings = make(1000).map((text) => bench.tokenize(text).ids);
    const { p50: rawMs } = await raw({ ...bench, encodings }, { batch: 1, threads: 1, seconds: 1 });
    const texts = make(textsPerSecond(bench) * bench.seconds);
    const { p50: serverMs } = await closed(bench, server, { connections: 1, texts });
    found.push({ tokens, rawMs, serverMs });
  }
  return found;
}

/** @returns `memoryMb` at the start and every 15 s, until so many different texts were classified. */
export async function soak(bench, server, predictions, onProgress) {
  const found = [{ predictions: 0, memoryMb: memoryMb(server.pid) }];
  for (let done = 0; done < predictions; onProgress(done)) {
    done += (await closed(bench, server, { connections: 32, seconds: SOAK_STEP_S })).requests;
    found.push({ predictions: done, memoryMb: memoryMb(server.pid) });
  }
  return found;
}
