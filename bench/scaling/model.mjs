// What the models say: of latency by load, of connections that are pinned, of caches, of the autoscaler.
import { createRandom } from '#dist/toolkit.js';
import { medianOver, NAMES, STEADY } from '../criteria.mjs';
import { mean, median } from '../stats.mjs';
import { simulateRise } from './autoscaler.mjs';
import {
  capacityOf,
  makeArrivals,
  simulateClosedLoop,
  simulateReplica,
  summarize,
} from './replica.mjs';
import { serviceOf } from './service.mjs';
import { connectAtRandom, countByReplica, hitShare, repeatedTexts, rollOut } from './traffic.mjs';

const SEEDS = [1, 2, 3];
const SECONDS = 20;
const LOADS = [0.5, 0.6, 0.7, 0.8, 0.9];
const WORKERS = [1, 2, 4];
/** Of the table of connections. */
const REPLICAS = 40;
const CONNECTIONS = [2, 8, 32, 128];
const LOAD = 0.6;
const TEXTS = 500_000;
const CACHED_REPLICAS = [1, 10, 100, 355];
/** CACHE_SIZE, and what an entry takes with a tweet of 100 characters: src/inference/cache.ts. */
const ENTRIES = Math.floor(33_554_432 / (400 + 2 * 100));
const RISES = [1.5, 2, 3];
const START_S = [10, 60];

/** Measurements of docs/measurements/performance beside the model, which has its times from other ones of them. */
function comparePerformance(speed, service) {
  const medianOf = medianOver(speed.rounds);
  const closed = (name, connections, workers) => ({
    name,
    real: Object.fromEntries(
      ['rate', 'p50', 'p99'].map((key) => [key, medianOf((round) => round[name][key])]),
    ),
    model: simulateClosedLoop({ connections, texts: 10_000, workers, service }),
  });
  const steadyOf = (of) => median(speed.steady.map(of));
  const rate = steadyOf((each) => each.rate);
  const arrivals = makeArrivals({ rate, seconds: SECONDS });
  const steady = {
    name: `this server, constant rate of ${STEADY * 100} % of the maximum`,
    real: {
      rate: steadyOf(({ statuses }) => statuses[200].rate),
      p50: steadyOf(({ statuses }) => statuses[200].p50),
      p99: steadyOf(({ statuses }) => statuses[200].p99),
    },
    model: summarize(
      arrivals,
      simulateReplica(arrivals, { workers: speed.machine.cores, service }),
    ),
  };
  return [
    closed(NAMES.workers(1), 32, 1),
    closed(NAMES.server(32), 32, speed.machine.cores),
    closed(NAMES.server(128), 128, speed.machine.cores),
    steady,
  ];
}

function latencyByLoad(service) {
  return WORKERS.map((workers) => {
    const capacity = capacityOf({ workers, service });
    const loads = LOADS.map((load) => {
      const { next: random } = createRandom(1);
      const arrivals = makeArrivals({ rate: load * capacity, seconds: SECONDS, random });
      const { p50, p99 } = summarize(arrivals, simulateReplica(arrivals, { workers, service }));
      return { load, p50, p99 };
    });
    return { workers, capacity, loads };
  });
}

/** Of all texts, where each replica receives the share of its connections. */
function latencyOfShares(shares, { service, random }) {
  const workers = 2;
  const rate = LOAD * REPLICAS * capacityOf({ workers, service });
  const latencies = shares.flatMap((share) => {
    if (share === 0) {
      return [];
    }
    const arrivals = makeArrivals({ rate: rate * share, seconds: SECONDS / 2, random });
    return simulateReplica(arrivals, { workers, service });
  });
  return summarize(new Array(latencies.length).fill(0), latencies).p99;
}

function pinnedConnections(service) {
  const shown = (perReplica, counts, random) => {
    const shares = counts.map((count) => count / (perReplica * REPLICAS));
    return {
      largest: Math.max(...shares) * REPLICAS,
      overloaded: shares.filter((share) => share * REPLICAS * LOAD > 1).length,
      p99: latencyOfShares(shares, { service, random }),
    };
  };
  const averageOf = (all) =>
    Object.fromEntries(Object.keys(all[0]).map((key) => [key, mean(all.map((each) => each[key]))]));
  return CONNECTIONS.map((perReplica) => {
    const [before, after] = [[], []];
    for (const seed of SEEDS) {
      const { next: random } = createRandom(seed);
      const options = { replicas: REPLICAS, random };
      const pinned = connectAtRandom({ ...options, connections: perReplica * REPLICAS });
      before.push(shown(perReplica, countByReplica(pinned, REPLICAS), random));
      const moved = countByReplica(rollOut(pinned, options), REPLICAS);
      after.push({
        ...shown(perReplica, moved, random),
        smallest: Math.min(...moved) / perReplica,
      });
    }
    return { perReplica, before: averageOf(before), after: averageOf(after) };
  });
}

/** The same rate, where each request goes to a replica at random. */
function balancedByRequest(service) {
  const { next: random } = createRandom(1);
  return latencyOfShares(new Array(REPLICAS).fill(1 / REPLICAS), { service, random });
}

function cacheByReplicas() {
  const { next: random } = createRandom(1);
  const sequence = repeatedTexts({ count: TEXTS, share: 0.5, random });
  const options = { entries: ENTRIES, from: TEXTS / 2 };
  return CACHED_REPLICAS.map((replicas) => ({
    replicas,
    random: hitShare(sequence, {
      ...{ ...options, replicas },
      replicaOf: () => Math.floor(random() * replicas),
    }),
    byText: hitShare(sequence, { ...options, replicas, replicaOf: (text) => text % replicas }),
  }));
}

function rises() {
  return RISES.flatMap((factor) =>
    START_S.map((startS) => ({
      factor,
      startS,
      ...simulateRise({ replicas: 10, utilization: LOAD, factor, target: 0.7, startS }),
    })),
  );
}

/** @param speed results of `npm run bench`. */
export function runModel(speed) {
  const service = serviceOf(speed);
  return {
    service,
    comparison: comparePerformance(speed, service),
    latency: latencyByLoad(service),
    connections: {
      ...{ replicas: REPLICAS, load: LOAD, pinned: pinnedConnections(service) },
      byRequestP99: balancedByRequest(service),
    },
    cache: { texts: TEXTS, entries: ENTRIES, found: cacheByReplicas() },
    rises: rises(),
  };
}
