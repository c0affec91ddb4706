// Which measurements are made, in what order: a quick run, a full one, a long one for memory.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTokenizer, readConfig, readModelConfig } from '#dist/toolkit.js';
import { NAMES, OVERLOAD, overRounds, STEADY, STEADY_FACTOR } from './criteria.mjs';
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
// All servers of a run serve what the bare runtime runs, whatever becomes of PINNED meanwhile.
process.env.MODEL_COMMIT = commit;

/** To the terminal, with the time that has passed. */
function say(text) {
  const passed = Math.round(performance.now() / 1000);
  process.stderr.write(`${`${passed}`.padStart(4)} s  ${text}\n`);
}

/** What the measurements share. @param nonSaturatingInt8 as the server has found them necessary. */
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

/** Code is compiled, caches are filled. */
const warmUp = (bench, server) =>
  measure.closed(bench, server, { connections: 32, seconds: bench.warmUp });

/** @returns the rounds, as `runAll` has them, of what a change is judged by. */
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

/** 1, 2, 4 … below the number of cores, which is what all else is measured with. */
const threadCounts = (cores) =>
  Array.from({ length: 16 }, (_, i) => 2 ** i).filter((count) => count < cores);

/** Each measurement of a round by its name. */
function plan(bench, { server, uncached, unlogged, clustered, scaled }) {
  const closed = (each, connections, batch) => () =>
    measure.closed(bench, each, { connections, batch });
  const raw = (options) => () => measure.raw(bench, options);
  return [
    ...BATCHES.map((batch) => [NAMES.raw(batch), raw({ batch })]),
    [NAMES.lone, raw({ batch: 1, threads: 1 })],
    ...threadCounts(bench.cores).map((n) => [NAMES.rawThreads(n), raw({ batch: 8, threads: n })]),
    ...[1, 8, 32, 128].map((n) => [NAMES.server(n), closed(server, n)]),
    ...[1, 8].map((n) => [NAMES.batches(n), closed(server, n, 16)]),
    [NAMES.unlogged, closed(unlogged, 32)],
    ...scaled.map((each) => [NAMES.workers(each.workers), closed(each, 32)]),
    [NAMES.half, () => measure.halfRepeats(bench, server)],
    [NAMES.halfUncached, () => measure.halfRepeats(bench, uncached)],
    [NAMES.repeats, () => measure.allRepeats(bench, server)],
    [NAMES.repeatsClustered, () => measure.allRepeats(bench, clustered)],
  ];
}

/** One round's measurements of a peer, which is ended at once: some are busy while nobody asks. */
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

/** @returns what results.json holds: what it was measured on and with, and all that was found. */
export async function runAll({ rounds, peers, ...options }) {
  if (peers && !installed()) {
    throw new Error('the peers are not installed: bench/peers/install.sh');
  }
  say('start-up and rest');
  const startupMs = await measure.starts();
  const server = await startServer();
  const rest = await measure.rest(server);
  const bench = await prepare(options, server);
  const results = {
    ...describe(bench, server),
    startupMs,
    rest,
    rounds: [],
    steady: [],
    peersMb: {},
  };

  say('other servers');
  const servers = {
    server,
    uncached: await startServer({ CACHE_SIZE: '0' }),
    unlogged: await startServer({ LOG_LEVEL: 'warn' }),
    clustered: await startServer({ PROCESSES: '2', WORKERS: `${Math.max(2, bench.cores)}` }),
    scaled: [],
  };
  for (const workers of threadCounts(bench.cores)) {
    servers.scaled.push({ workers, ...(await startServer({ WORKERS: `${workers}` })) });
  }
  process.env.MODEL_FOLDER = join(models, commit);
  process.env.NON_SATURATING_INT8 = server.nonSaturatingInt8 ? '1' : '';
  const all = Object.values(servers).flat();
  say('warm-up');
  for (const each of all) {
    await warmUp(bench, each);
  }
  const measurements = plan(bench, servers);
  for (let i = 1; i <= rounds; i++) {
    say(`round ${i} of ${rounds}`);
    const round = {};
    for (const [name, run] of measurements) {
      round[name] = await run();
    }
    for (const peer of peers ? PEERS : []) {
      const { found, memory } = await measurePeer(bench, peer);
      Object.assign(round, found);
      results.peersMb[peer.name] = memory;
    }
    results.rounds.push(round);
    const rate = STEADY * Math.max(...[32, 128].map((n) => round[NAMES.server(n)].rate));
    const { samples, ...steady } = await measure.constant(bench, server, { rate });
    results.steady.push(steady);
  }
  say('lengths, overload');
  results.lengths = await measure.lengths(bench, server);
  results.memoryMb = memoryMb(server.pid);
  const middle = overRounds(results.rounds);
  results.overload = await measure.overload(bench, server, {
    rate:
      OVERLOAD * Math.max(...[32, 128].map((n) => middle((round) => round[NAMES.server(n)].rate))),
    normalMs: STEADY_FACTOR * middle((round) => round[NAMES.lone].p50),
  });
  await bench.raw.stop();
  await Promise.all(all.map((each) => each.stop()));
  return results;
}

/** @returns memory over so many predictions, and what it was measured on: the report may be of another machine. */
export async function runSoak({ predictions, ...options }) {
  const server = await startServer();
  const bench = await prepare(options, server);
  await warmUp(bench, server);
  const texts = createShortTextSource();
  const samples = await measure.soak({ ...bench, texts }, server, predictions, (done) =>
    say(`${done} of ${predictions} predictions`),
  );
  await bench.raw.stop();
  await server.stop();
  const { date, machine, versions, nonSaturatingInt8 } = describe(bench, server);
  return { date, machine, versions, nonSaturatingInt8, samples };
}
