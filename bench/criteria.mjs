// The criteria of the report: how each value is computed from the results, and its limit.
import { fitLine, median } from './stats.mjs';

/** Loads, as multiples of the server's maximum rate. */
export const STEADY = 0.7;
export const OVERLOAD = 3;
/** Maximum p99 under the steady load, as a multiple of the time of a single text in the raw runtime. */
export const STEADY_FACTOR = 4;

const connections = (count) => (count === 1 ? '1 connection' : `${count} connections`);

/** The names of the measurements of a round, in results.json and in the report. */
export const NAMES = {
  raw: (batch) => `raw runtime, batches of ${batch}`,
  rawThreads: (count) => `raw runtime, batches of 8, threads: ${count}`,
  single: 'raw runtime, one text at a time, threads: 1',
  server: (count) => `this server, ${connections(count)}`,
  batches: (count) => `this server, ${connections(count)}, batches of 16`,
  workers: (count) => `this server, ${connections(32)}, \`WORKERS=${count}\``,
  unlogged: `this server, ${connections(32)}, \`LOG_LEVEL=warn\``,
  halfRepeats: 'half are repeats',
  halfRepeatsUncached: 'half are repeats, `CACHE_SIZE=0`',
  allRepeats: 'all are repeats',
  allRepeatsClustered: 'all are repeats, `PROCESSES=2`',
  peer: (name, count) => `${name}, ${connections(count)}`,
};

/** @returns a function: the median over all rounds of a value that `of` selects from a round. */
export const medianOver = (rounds) => (of) => median(rounds.map(of));

/** @returns the name of the measurement with the highest rate of the raw runtime: the upper limit. */
export function findLimit(rounds) {
  const medianOf = medianOver(rounds);
  const names = Object.keys(rounds[0]).filter((name) => /^raw runtime, batches of \d+$/.test(name));
  const rate = (name) => medianOf((round) => round[name].rate);
  return names.reduce((best, name) => (rate(name) > rate(best) ? name : best));
}

/** Growth of memory in percent, from the second tenth of a run, when caches are full, to the last tenth. */
function memoryGrowth({ samples }) {
  const end = samples.at(-1).predictions;
  const medianMb = (from, to) => {
    const part = samples.filter(({ predictions: n }) => n >= from * end && n <= to * end);
    return median(part.map(({ memoryMb }) => memoryMb));
  };
  return (medianMb(0.9, 1) / medianMb(0.1, 0.2) - 1) * 100;
}

/** @returns `[what, value, sign, limit, unit, digits]` of each criterion; no value if it was not measured. */
export function evaluate(results) {
  const { rounds, machine, steady, overload, lengths, soak } = results;
  const medianOf = medianOver(rounds);
  const limit = findLimit(rounds);
  const share = (name, of = limit) => medianOf((round) => round[name].rate / round[of].rate);
  /** The value of this server divided by that of the best peer, chosen in each round. */
  const comparedWithPeers = (count, key, best) => {
    const names = Object.keys(results.peersMb).map((name) => NAMES.peer(name, count));
    const ratio = (round) =>
      round[NAMES.server(count)][key] / best(...names.map((name) => round[name][key]));
    return names.length > 0 ? medianOf(ratio) : undefined;
  };
  const modelMs = medianOf((round) => (machine.cores * 1000) / round[limit].rate);
  const singleMs = medianOf((round) => round[NAMES.single].p50);
  const steady99 = median(steady.map(({ statuses }) => statuses[200].p99));
  const accepted = overload.statuses[200];
  const other = Object.entries(overload.statuses)
    .filter(([status]) => status !== '200' && status !== '429')
    .reduce((sum, [, { count }]) => sum + count, 0);
  const queueMs = (results.queueCapacity / accepted.rate) * 1000;
  const repeatRates = [NAMES.allRepeats, NAMES.allRepeatsClustered].map((name) =>
    medianOf((round) => round[name].rate),
  );
  const overloaded = '3 × the maximum';
  const never = Number.POSITIVE_INFINITY;
  const soakCount = soak ? soak.samples.at(-1).predictions.toLocaleString('en-US') : 'a million';
  // biome-ignore format: a table.
  return [
    ['single texts, 32 connections: share of the raw runtime', share(NAMES.server(32)), '≥', 0.8],
    ['batches of 16, 8 connections: share of the raw runtime', share(NAMES.batches(8)), '≥', 0.93],
    ['model: CPU time of a text, all cores busy', modelMs, '≤', 1.1, 'ms'],
    ['compared with the best peer, 32 connections: throughput', comparedWithPeers(32, 'rate', Math.max), '≥', 1.5, '×'],
    ['compared with the best peer, 32 connections: p99', comparedWithPeers(32, 'p99', Math.min), '≤', 1, '×'],
    ['compared with the best peer, 1 connection: throughput', comparedWithPeers(1, 'rate', Math.max), '≥', 1, '×'],
    ['70 % of the maximum, constant rate: p99, compared with a single text in the raw runtime', steady99 / singleMs, '≤', STEADY_FACTOR, '×'],
    [`${overloaded}: p99 of accepted requests; limit: the time to empty a full queue`, accepted.p99, '≤', queueMs, 'ms', 0],
    [`${overloaded}: p99 of a refusal (429)`, overload.statuses[429]?.p99, '≤', 50, 'ms', 0],
    [`${overloaded}: maximum of \`/healthz\``, overload.healthzMs ?? never, '≤', 50, 'ms', 0],
    [`${overloaded}: answers other than 200 and 429`, other, '≤', 0, '', 0],
    [`${overloaded}: time to recover`, overload.recoveryMs ?? never, '≤', 2000, 'ms', 0],
    ['half are repeats: throughput, compared with no cache', share(NAMES.halfRepeats, NAMES.halfRepeatsUncached), '≥', 1.9, '×'],
    ['all are repeats: throughput', Math.max(...repeatRates), '≥', 8000, 'texts/s', 0],
    ['time from start to ready', median(results.startupMs), '≤', 1200, 'ms', 0],
    ['resident memory without requests', results.rest.memoryMb, '≤', 300, 'MB', 0],
    ['CPU without requests', results.rest.cpu * 100, '≤', 1, '%', 1],
    ['time is linear in the number of tokens: R²', fitLine(lengths.map((each) => [each.tokens, each.serverMs])).r2, '≥', 0.99, '', 3],
    [`growth of memory during ${soakCount} predictions`, soak && memoryGrowth(soak), '≤', 2, '%', 1],
  ];
}
