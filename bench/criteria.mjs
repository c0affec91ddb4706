// What the server is judged by, and how each figure is had from the numbers of a run.
import { fitLine, median } from './stats.mjs';

/** Shares of the server's own maximum: a load that it is to carry, and one that it can't. */
export const STEADY = 0.7;
export const OVERLOAD = 3;
/** A steady load is to be answered within so many times what a lone text takes in the bare runtime. */
export const STEADY_FACTOR = 4;

const connections = (count) => (count === 1 ? '1 connection' : `${count} connections`);

/** The measurements of a round, as the report names them. */
export const NAMES = {
  raw: (batch) => `raw runtime, batches of ${batch}`,
  rawThreads: (count) => `raw runtime, batches of 8, threads: ${count}`,
  lone: 'raw runtime, one text at a time, threads: 1',
  server: (count) => `this server, ${connections(count)}`,
  batches: (count) => `this server, ${connections(count)}, batches of 16`,
  workers: (count) => `this server, ${connections(32)}, \`WORKERS=${count}\``,
  unlogged: `this server, ${connections(32)}, \`LOG_LEVEL=warn\``,
  half: 'half are repeats',
  halfUncached: 'half are repeats, `CACHE_SIZE=0`',
  repeats: 'all are repeats',
  repeatsClustered: 'all are repeats, `PROCESSES=2`',
  peer: (name, count) => `${name}, ${connections(count)}`,
};

/** @returns a function that gives the median over rounds of what another one picks. */
export const overRounds = (rounds) => (of) => median(rounds.map(of));

/** The name of the fastest batches of the bare runtime: the limit. */
export function limitOf(rounds) {
  const middle = overRounds(rounds);
  const names = Object.keys(rounds[0]).filter((name) => /^raw runtime, batches of \d+$/.test(name));
  const rate = (name) => middle((round) => round[name].rate);
  return names.reduce((best, name) => (rate(name) > rate(best) ? name : best));
}

/** Growth of memory in percent, from the second tenth of a long run, when caches are full, to the last. */
function growthOf({ samples }) {
  const end = samples.at(-1).predictions;
  const middle = (from, to) => {
    const part = samples.filter(({ predictions: n }) => n >= from * end && n <= to * end);
    return median(part.map(({ memoryMb }) => memoryMb));
  };
  return (middle(0.9, 1) / middle(0.1, 0.2) - 1) * 100;
}

/** @returns `[what, value, sign, bound, unit, digits]` of each; no value where it was not measured. */
export function judge(results) {
  const { rounds, machine, steady, overload, lengths, soak } = results;
  const middle = overRounds(rounds);
  const limit = limitOf(rounds);
  const share = (name, of = limit) => middle((round) => round[name].rate / round[of].rate);
  /** This server's figure beside the best of the peers, chosen in each round. */
  const besidePeers = (count, key, best) => {
    const names = Object.keys(results.peersMb).map((name) => NAMES.peer(name, count));
    const figure = (round) =>
      round[NAMES.server(count)][key] / best(...names.map((name) => round[name][key]));
    return names.length > 0 ? middle(figure) : undefined;
  };
  const modelMs = middle((round) => (machine.cores * 1000) / round[limit].rate);
  const lone = middle((round) => round[NAMES.lone].p50);
  const steady99 = median(steady.map(({ statuses }) => statuses[200].p99));
  const accepted = overload.statuses[200];
  const other = Object.entries(overload.statuses)
    .filter(([status]) => status !== '200' && status !== '429')
    .reduce((sum, [, { count }]) => sum + count, 0);
  const boundMs = (results.queueCapacity / accepted.rate) * 1000;
  const repeats = [NAMES.repeats, NAMES.repeatsClustered].map((name) =>
    middle((round) => round[name].rate),
  );
  const at3 = '3 × the maximum';
  const never = Number.POSITIVE_INFINITY;
  const soaked = soak ? soak.samples.at(-1).predictions.toLocaleString('en-US') : 'a million';
  // biome-ignore format: a table.
  return [
    ['single texts, 32 connections, of the raw runtime', share(NAMES.server(32)), '≥', 0.8],
    ['batches of 16, 8 connections, of the raw runtime', share(NAMES.batches(8)), '≥', 0.93],
    ['the model’s own cost a text, all cores at work', modelMs, '≤', 1.1, 'ms of a core'],
    ['best peer, 32 connections: throughput', besidePeers(32, 'rate', Math.max), '≥', 1.5, '×'],
    ['best peer, 32 connections: p99', besidePeers(32, 'p99', Math.min), '≤', 1, '×'],
    ['best peer, 1 connection: throughput', besidePeers(1, 'rate', Math.max), '≥', 1, '×'],
    ['70 % of the maximum, constant rate: p99 beside a lone raw text', steady99 / lone, '≤', STEADY_FACTOR, '×'],
    [`${at3}: p99 of what is accepted, within the queue’s bound`, accepted.p99, '≤', boundMs, 'ms', 0],
    [`${at3}: p99 of a refusal (429)`, overload.statuses[429]?.p99, '≤', 50, 'ms', 0],
    [`${at3}: slowest \`/healthz\``, overload.healthzMs ?? never, '≤', 50, 'ms', 0],
    [`${at3}: answers other than 200 and 429`, other, '≤', 0, '', 0],
    [`${at3}: back to normal`, overload.recoveryMs ?? never, '≤', 2000, 'ms', 0],
    ['half are repeats, beside no cache', share(NAMES.half, NAMES.halfUncached), '≥', 1.9, '×'],
    ['all are repeats', Math.max(...repeats), '≥', 8000, 'a second', 0],
    ['ready after', median(results.startupMs), '≤', 1200, 'ms', 0],
    ['resident memory at rest', results.rest.memoryMb, '≤', 300, 'MB', 0],
    ['CPU at rest', results.rest.cpu * 100, '≤', 1, '%', 1],
    ['time grows linearly with tokens: R²', fitLine(lengths.map((each) => [each.tokens, each.serverMs])).r2, '≥', 0.99, '', 3],
    [`memory over ${soaked} predictions: growth`, soak && growthOf(soak), '≤', 2, '%', 1],
  ];
}
