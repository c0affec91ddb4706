// The measurements, a function each. `bench` holds what they share: `texts` (a source that never repeats
// one), `tokenize`, `encodings` (what the bare runtime is fed with), `raw` (its threads), `rawRate` (about
// what they do, texts a second), `seconds` (of one measurement).
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
/** A load above the maximum, and how long its end is watched. */
const OVERLOAD_S = 10;
const AFTER_S = 10;
const PROBES_PER_S = 50;
/** As many good probes in a row mean that the server is back to normal. */
const GOOD_PROBES = 10;

/** The bare runtime: in a thread for each core, unless `threads` says otherwise. */
export function raw({ raw: { run }, encodings }, { batch, threads, seconds = RAW_S }) {
  return run({ encodings, batch, threads, seconds });
}

/** More texts than will be answered in a second: the raw rate may be of a bad moment. */
const enough = ({ rawRate }) => Math.ceil(Math.max(4000, 3 * rawRate));

const post = (inputs) => JSON.stringify({ inputs });

/**
 * Closed loop of single texts, or of batches of them; all different, unless `texts` are given.
 *
 * @param server of ours, or a peer.
 * @returns `rate` in texts a second; `cpuUs` of the server a text.
 */
export async function closed(bench, server, { connections, batch = 1, texts, cycle, ...options }) {
  const { pid, url, peer } = server;
  const { seconds } = { ...bench, ...options };
  const all = texts ?? bench.texts(enough(bench) * seconds + connections * batch);
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
  // A repeat may take no time of the model.
  const texts = repeatHalf(bench.texts(2 * enough(bench) * bench.seconds));
  return closed(bench, server, { connections: 32, texts });
}

/** All texts were asked before. */
export async function allRepeats(bench, server) {
  const load = { connections: 32, texts: bench.texts(REPEATED_TEXTS), cycle: true };
  // Until each process has answered each of them.
  await closed(bench, server, { ...load, seconds: REPEATS_WARM_UP_S });
  return closed(bench, server, load);
}

/** Single different texts at a constant rate. */
export async function constant(bench, { url }, { rate, seconds = bench.seconds }) {
  const bodies = bench.texts(Math.ceil(rate * seconds)).map(post);
  return { ...(await openLoop(url, { path: '/predict', rate, seconds, bodies })), rate };
}

/**
 * Far more than the server can answer, and what follows it, as slow probes see it.
 *
 * @param normalMs a probe that is answered within this time found the server as usual.
 * @returns `healthzMs` the slowest /healthz; `recoveryMs` from the end of the load to the first of ten
 * good probes in a row. Null where there were none.
 */
export async function overload(bench, server, { rate, normalMs }) {
  const probes = { rate: PROBES_PER_S, seconds: OVERLOAD_S + AFTER_S };
  const [{ samples, ...flood }, healthz, after] = await Promise.all([
    constant(bench, server, { rate, seconds: OVERLOAD_S }),
    openLoop(server.url, { ...probes, path: '/healthz' }),
    constant(bench, server, probes),
  ]);
  const endedAt = samples.at(-1).at;
  const then = after.samples.filter(({ at }) => at >= endedAt);
  const good = then.map(({ status, latency }) => status === 200 && latency <= normalMs);
  const back = good.findIndex(
    (_, i) => i + GOOD_PROBES <= good.length && good.slice(i, i + GOOD_PROBES).every(Boolean),
  );
  return {
    ...flood,
    healthzMs: Object.keys(healthz.statuses).join() === '200' ? healthz.statuses[200].max : null,
    recoveryMs: back === -1 ? null : then[back].at - endedAt,
  };
}

/** @returns ms to ready, each start. */
export async function starts() {
  const found = [];
  for (let i = 0; i < STARTS; i++) {
    const { readyMs, stop } = await startServer();
    found.push(readyMs);
    await stop();
  }
  return found;
}

/** What a server that has just started takes while nobody asks it; CPU as a share of a core. */
export async function rest({ pid }) {
  await sleep(REST_S * 1000);
  const memory = memoryMb(pid);
  const before = cpuSeconds(pid).total;
  await sleep(REST_S * 1000);
  return { memoryMb: memory, cpu: (cpuSeconds(pid).total - before) / REST_S };
}

/** Texts of exact lengths: ms of a lone one, in the bare runtime and from the server. */
export async function lengths(bench, server) {
  const found = [];
  for (const tokens of LENGTHS) {
    const make = (count) => makeTextsOfLength(count, tokens, bench.tokenize);
    const encodings = make(1000).map((text) => bench.tokenize(text).ids);
    const { p50: rawMs } = await raw({ ...bench, encodings }, { batch: 1, threads: 1, seconds: 1 });
    const texts = make(enough(bench) * bench.seconds);
    const { p50: serverMs } = await closed(bench, server, { connections: 1, texts });
    found.push({ tokens, rawMs, serverMs });
  }
  return found;
}

/** @returns `memoryMb` at the start and each 15 s, until so many different texts were predicted. */
export async function soak(bench, server, predictions, onProgress) {
  const found = [{ predictions: 0, memoryMb: memoryMb(server.pid) }];
  for (let done = 0; done < predictions; onProgress(done)) {
    done += (await closed(bench, server, { connections: 32, seconds: SOAK_STEP_S })).requests;
    found.push({ predictions: done, memoryMb: memoryMb(server.pid) });
  }
  return found;
}
