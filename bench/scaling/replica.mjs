// A model of one replica: a queue before workers, with batches as the server has them, and a main thread that
// takes its time from the same CPUs.
import { quantile } from '../stats.mjs';
import { makeTexts } from '../texts.mjs';

/** As in src/inference: texts in a batch and in a run, and the share of the queue for a single idle worker. */
export const MAX_BATCH = 32;
export const MAX_RUN = 8;
const SINGLE_WORKER_SHARE = 1.4;
/** For the rate of a closed loop, on which the main thread’s share depends. */
const FIXED_POINT_STEPS = 3;

/** How much more or less than the mean of all a text takes, by its length: the texts of the bench. */
const LENGTHS = makeTexts(1000).map(({ length }) => length);
const MEAN_LENGTH = LENGTHS.reduce((sum, length) => sum + length, 0) / LENGTHS.length;
const relativeLength = (text) => LENGTHS[text % LENGTHS.length] / MEAN_LENGTH;

/**
 * How long a worker takes for a batch.
 *
 * @param lengths of its texts together, relative to their mean. @param service `batchMs` for each batch,
 * `runMs` for each run, `textMs` for a text of mean length.
 */
const timeOf = (texts, lengths, { batchMs, runMs, textMs }) =>
  batchMs + Math.ceil(texts / MAX_RUN) * runMs + lengths * textMs;

/** Texts a second that a replica classifies if all batches are full. */
export function capacityOf({ workers, service }) {
  const perText = timeOf(MAX_BATCH, MAX_BATCH, service) / MAX_BATCH + service.mainMs;
  return (workers * 1000) / perText;
}

/** How many of the texts that wait the next idle worker receives. */
export function batchSize({ queued, workers, idle }) {
  const share = idle > 1 ? 1 : SINGLE_WORKER_SHARE;
  return Math.min(queued, MAX_BATCH, Math.ceil((share * queued) / workers));
}

/**
 * Serves texts in the order of their arrival.
 *
 * @param arrivals in ms, in their order; `onAnswered` may add later ones.
 * @param mainShare of the CPUs, which the workers do not have: the main thread has priority.
 * @param onAnswered receives the index of a text and when it is answered.
 */
function serve(arrivals, { workers, service, mainShare }, onAnswered) {
  const freeAt = new Array(workers).fill(Number.NEGATIVE_INFINITY);
  for (let next = 0; next < arrivals.length; ) {
    const worker = freeAt.indexOf(Math.min(...freeAt));
    const now = Math.max(freeAt[worker], arrivals[next]);
    let queued = 1;
    while (next + queued < arrivals.length && arrivals[next + queued] <= now) {
      queued += 1;
    }
    const idle = freeAt.filter((at) => at <= now).length;
    const texts = batchSize({ queued, workers, idle });
    const end = next + texts;
    let lengths = 0;
    for (let text = next; text < end; text++) {
      lengths += relativeLength(text);
    }
    freeAt[worker] = now + timeOf(texts, lengths, service) / (1 - mainShare);
    const answeredAt = freeAt[worker] + service.mainMs;
    for (; next < end; next++) {
      onAnswered(next, answeredAt);
    }
  }
}

/** The main thread’s share of the CPUs at a rate. */
const mainShareOf = (ratePerMs, { workers, service }) =>
  Math.min(0.9, (ratePerMs * service.mainMs) / workers);

/**
 * @param arrivals when texts arrive that the cache does not have, in ms, in their order.
 * @param replica `workers`; `service`: `batchMs`, `runMs`, `textMs`, and `mainMs`: CPU time of the main thread for a text.
 * @returns the time of each text until its answer, in ms.
 */
export function simulateReplica(arrivals, replica) {
  const latencies = new Array(arrivals.length);
  const spanMs = Math.max(1, arrivals.at(-1) - arrivals[0]);
  const mainShare = mainShareOf(arrivals.length / spanMs, replica);
  serve(arrivals, { ...replica, mainShare }, (text, at) => {
    latencies[text] = at - arrivals[text];
  });
  return latencies;
}

/** Connections that each send the next text when they have received an answer. */
export function simulateClosedLoop({ connections, texts, ...replica }) {
  let found = { rate: 0 };
  for (let i = 0; i < FIXED_POINT_STEPS; i++) {
    const arrivals = new Array(connections).fill(0);
    const latencies = [];
    const mainShare = mainShareOf(found.rate / 1000, replica);
    serve(arrivals, { ...replica, mainShare }, (text, at) => {
      latencies[text] = at - arrivals[text];
      if (arrivals.length < texts) {
        let place = arrivals.length;
        while (place > 0 && arrivals[place - 1] > at) {
          place -= 1;
        }
        arrivals.splice(place, 0, at);
      }
    });
    found = summarize(arrivals, latencies);
  }
  return found;
}

/** @returns `p50`, `p99` in ms and `rate` a second of texts by their times of arrival and of waiting. */
export function summarize(arrivals, latencies) {
  const ends = arrivals.map((at, i) => at + latencies[i]);
  return {
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    rate: (arrivals.length * 1000) / (ends.reduce((a, b) => Math.max(a, b), 0) - arrivals[0]),
  };
}

/** Times of arrival, in ms: `constant` as the open loop sends, or at random as those of many clients. */
export function makeArrivals({ rate, seconds, random }) {
  const count = Math.round(rate * seconds);
  if (!random) {
    return Array.from({ length: count }, (_, i) => (i * 1000) / rate);
  }
  let at = 0;
  return Array.from({ length: count }, () => {
    at -= (Math.log(1 - random()) * 1000) / rate;
    return at;
  });
}
