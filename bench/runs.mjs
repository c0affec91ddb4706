// Which measurements are made, in which order: of a quick run, a full run, a long run for memory.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTokenizer, readConfig, readModelConfig } from '#dist/toolkit.js';
import { medianOver, NAMES, OVERLOAD, STEADY, STEADY_FACTOR } from './criteria.mjs';
import * as measure from './measure.mjs';
import { installed, PEERS, stop as stopPeer } from './peers/peers.mjs';
import { describeMachine, memoryMb } from './proc.mjs';
import { startRaw } from './raw.mjs';
import { startPeer, startServer } from './server.mjs';
import { createShortTextSource, createTextSource } from './texts.mjs';

const RAW_TEXTS = 4000;
const BATCHES = [1, 2, 4, 8, 16];
const QUICK_ROUNDS = 3;

const root = fileURLToPath(new URL('..', import.meta.url));
const models = join(root, 'models/tweet-sentiment');
const commit = process.env.MODEL_COMMIT || readFileSync(join(models, 'PINNED'), 'utf8').trim();
// All servers of a run serve the version that the raw runtime runs, also if PINNED changes meanwhile.
process.env.MODEL_COMMIT = commit;

/** Prints progress to standard error, with the elapsed time. */
function report(text) {
  const elapsed = Math.round(performance.now() / 1000);
  process.stderr.write(`${`${elapsed}`.padStart(4)} s  ${text}\n`);
}

/** @returns what the measurements share. @param nonSaturatingInt8 as the server uses it. */
async function prepare({ seconds, warmUp }, { nonSaturatingInt8 }) {
  const paths = ['model.onnx', 'tokenizer.json', 'config.json'];
  const files = new Map(paths.map((path) => [path, readFileSync(join(models, commit, path))]));
  const cores = availableParallelism();
  const tokenize = createTokenizer(readModelConfig(files));
  const texts = createTextSource();
  const encodings = texts(RAW_TEXTS).map((text) => tokenize(text).ids);
  const raw = await startRaw({ model: files.get('model.onnx'), nonSaturatingInt8 }, cores);
  const { rate } = await raw.run({ encodings, batch: 8, seconds: 2 });
  return { cores, tokenize, texts, encodings, raw, rawRate: rate, seconds, warmUp };
}

function describe({ cores, encodings, seconds, warmUp }, { nonSaturatingInt8 }) {
  const version = (folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'))).version;
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: { ...describeMachine(), cores },
    versions: {
      node: process.version,
      onnxruntime: version('node_modules/onnxruntime-node'),
      server: version('.'),
      commit: `${spawnSync('git', ['-C', root, 'describe', '--always', '--dirty']).stdout}`.trim(),
      model: commit,
    },
    nonSaturatingInt8,
    meanTokens: encodings.reduce((sum, { length }) => sum + length, 0) / encodings.length,
    queueCapacity: readConfig({}, process.env).queueCapacity,
    seconds,
    warmUp,
  };
}

/** Load before the first round, so that code is compiled and caches are filled. */
const warmUp = (bench, server) =>
  measure.closed(bench, server, { connections: 32, seconds: bench.warmUp });

/** @returns rounds like those of `runAll`, with the measurements by which a change is compared. */
export async function runQuick(options) {
  const server = await startServer();
  const bench = await prepare(options, server);
  await warmUp(bench, server);
  const rounds = [];
  for (let i = 0; i < QUICK_ROUNDS; i++) {
    const round = {};
    for (const batch of [4, 8]) {
      round[NAMES.raw(batch)] = await measure.raw(bench, { batch });
    }
    round[NAMES.server(32)] = await measure.closed(bench, server, { connections: 32 });
    rounds.push(round);
  }
  await bench.raw.stop();
  await server.stop();
  return { rounds };
}

/** 1, 2, 4 …, less than the number of cores, which all other measurements use. */
const threadCounts = (cores) =>
  Array.from({ length: 16 }, (_, i) => 2 ** i).filter((count) => count < cores);

/** @returns the measurements of a round, `[name, run]` each. */
function plan(bench, { server, uncached, unlogged, clustered, scaled }) {
  const closed = (each, connections, batch) => () =>
    measure.closed(bench, each, { connections, batch });
  const raw = (options) => () => measure.raw(bench, options);
  return [
    ...BATCHES.map((batch) => [NAMES.raw(batch), raw({ batch })]),
    [NAMES.single, raw({ batch: 1, threads: 1 })],
    ...threadCounts(bench.cores).map((n) => [NAMES.rawThreads(n), raw({ batch: 8, threads: n })]),
    ...[1, 8, 32, 128].map((n) => [NAMES.server(n), closed(server, n)]),
    ...[1, 8].map((n) => [NAMES.batches(n), closed(server, n, 16)]),
    [NAMES.unlogged, closed(unlogged, 32)],
    ...scaled.map((each) => [NAMES.workers(each.workers), closed(each, 32)]),
    [NAMES.halfRepeats, () => measure.halfRepeats(bench, server)],
    [NAMES.halfRepeatsUncached, () => measure.halfRepeats(bench, uncached)],
    [NAMES.allRepeats, () => measure.allRepeats(bench, server)],
    [NAMES.allRepeatsClustered, () => measure.allRepeats(bench, clustered)],
  ];
}

/** Measures a peer for one round. It is ended at once: some take CPU time without requests. */
async function measurePeer(bench, peer) {
  const server = await startPeer(peer, stopPeer);
  await warmUp(bench, server);
  const found = {};
  for (const n of [1, 8, 32]) {
    found[NAMES.peer(peer.name, n)] = await measure.closed(bench, server, { connections: n });
  }
  const memory = memoryMb(server.pid);
  await server.stop();
  return { found, memory };
}

/** Starts the servers with other settings, each under the name that `plan` uses. */
async function startServers(bench, server) {
  const scaled = [];
  const servers = {
    server,
    uncached: await startServer({ CACHE_SIZE: '0' }),
    unlogged: await startServer({ LOG_LEVEL: 'warn' }),
    clustered: await startServer({ PROCESSES: '2', WORKERS: `${Math.max(2, bench.cores)}` }),
    scaled,
  };
  for (const workers of threadCounts(bench.cores)) {
    scaled.push({ workers, ...(await startServer({ WORKERS: `${workers}` })) });
  }
  return servers;
}

/** The highest rate of single texts; `medianOf` as `medianOver` returns it. */
const maxRate = (medianOf) =>
  Math.max(...[32, 128].map((n) => medianOf((round) => round[NAMES.server(n)].rate)));

/** Makes the measurements of a round. */
async function runRound(measurements) {
  const round = {};
  for (const [name, run] of measurements) {
    round[name] = await run();
  }
  return round;
}

/** Adds the measurements of all peers to a round, and their memory to `peersMb`. */
async function addPeers(bench, round, peersMb) {
  for (const peer of PEERS) {
    const { found, memory } = await measurePeer(bench, peer);
    Object.assign(round, found);
    peersMb[peer.name] = memory;
  }
}

/** @returns the contents of results.json: the machine, the versions and all measured values. */
export async function runAll({ rounds, peers, ...options }) {
  if (peers && !installed()) {
    throw new Error('the peers are not installed: run bench/peers/install.sh');
  }
  report('start and idle CPU');
  const startupMs = await measure.starts();
  const server = await startServer();
  const rest = await measure.rest(server);
  const bench = await prepare(options, server);
  const measured = { startupMs, rest, rounds: [], steady: [], peersMb: {} };
  const results = { ...describe(bench, server), ...measured };

  report('other servers');
  const servers = await startServers(bench, server);
  process.env.MODEL_FOLDER = join(models, commit);
  process.env.NON_SATURATING_INT8 = server.nonSaturatingInt8 ? '1' : '';
  const all = Object.values(servers).flat();
  report('warm-up');
  for (const each of all) {
    await warmUp(bench, each);
  }
  const measurements = plan(bench, servers);
  for (let i = 1; i <= rounds; i++) {
    report(`round ${i} of ${rounds}`);
    const round = await runRound(measurements);
    if (peers) {
      await addPeers(bench, round, results.peersMb);
    }
    results.rounds.push(round);
    const rate = STEADY * maxRate(medianOver([round]));
    const { samples, ...steady } = await measure.constant(bench, server, { rate });
    results.steady.push(steady);
  }
  report('lengths, overload');
  results.lengths = await measure.lengths(bench, server);
  results.memoryMb = memoryMb(server.pid);
  const medianOf = medianOver(results.rounds);
  results.overload = await measure.overload(bench, server, {
    rate: OVERLOAD * maxRate(medianOf),
    normalMs: STEADY_FACTOR * medianOf((round) => round[NAMES.single].p50),
  });
  await bench.raw.stop();
  await Promise.all(all.map((each) => each.stop()));
  return results;
}

/** @returns memory by number of predictions, and the machine: the report may be from another one. */
export async function runSoak({ predictions, ...options }) {
  const server = await startServer();
  const bench = await prepare(options, server);
  await warmUp(bench, server);
  const texts = createShortTextSource();
  const samples = await measure.soak({ ...bench, texts }, server, predictions, (done) =>
    report(`${done} of ${predictions} predictions`),
  );
  await bench.raw.stop();
  await server.stop();
  const { date, machine, versions, nonSaturatingInt8 } = describe(bench, server);
  return { date, machine, versions, nonSaturatingInt8, samples };
}
