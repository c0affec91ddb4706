// The service times of docs/measurements/performance, which were measured on an idle machine.
import { medianOver, NAMES } from '../criteria.mjs';
import { fitLine } from '../stats.mjs';
import { simulateClosedLoop } from './replica.mjs';

/** Texts in one run of the model. */
const RUNS = [1, 2, 4, 8];
/** With so many connections, batches are full, and with so many they are small. */
export const FULL = 128;
export const SMALL = 8;
const MAX_BATCH_MS = 20;
const BISECTIONS = 20;

/**
 * The time of a batch on its way to the worker and back: that with which the model of a closed loop of few
 * connections has the measured rate.
 */
export function withBatchMs(service, { workers, connections, rate }) {
  const simulated = (batchMs) =>
    simulateClosedLoop({ connections, texts: 4_000, workers, service: { ...service, batchMs } })
      .rate;
  let [low, high] = [0, MAX_BATCH_MS];
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (low + high) / 2;
    if (simulated(middle) > rate) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return { ...service, batchMs: low };
}

/** @param results those of `npm run bench`. @returns `service` as `simulateReplica` has it. */
export function serviceOf({ rounds, machine }) {
  const medianOf = medianOver(rounds);
  const cpuMs = (name, part = 'total') => medianOf((round) => round[name].cpuUs[part]) / 1000;
  const raw = fitLine(RUNS.map((texts) => [texts, texts * cpuMs(NAMES.raw(texts))]));
  // Tokenizing, and what else a worker does for a text.
  const aroundMs = cpuMs(NAMES.server(FULL), 'workers') - cpuMs(NAMES.raw(RUNS.at(-1)));
  const service = {
    runMs: raw.intercept,
    textMs: raw.slope + Math.max(0, aroundMs),
    mainMs: cpuMs(NAMES.server(32), 'main'),
  };
  const rate = medianOf((round) => round[NAMES.server(SMALL)].rate);
  return withBatchMs(service, { workers: machine.cores, connections: SMALL, rate });
}
