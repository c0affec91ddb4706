/** How long one text takes that is sent by itself. */
import type { Classifier } from '../../../inference/classifier.ts';
import { type Check, check } from '../check.ts';

const TEXT = 'Waited an hour for the bus again, but the driver was lovely @user http';
const WARM_UP_RUNS = 20;
const ROUNDS = 5;
const RUNS_PER_ROUND = 20;

/**
 * Times one text, on each classifier in turn, so that other load on the machine affects all of them.
 * The median of the fastest round counts: other load makes a round slower, never faster.
 *
 * @param production is timed for comparison only.
 */
export async function checkLatency(
  candidate: Classifier,
  production: Classifier | undefined,
  maxLatencyMs: number,
): Promise<Check> {
  const classifiers = production ? [candidate, production] : [candidate];
  const [latencyMs, productionMs] = (await measureLatencies(classifiers)) as [number, number?];
  const comparison = productionMs === undefined ? '' : `, production ${productionMs.toFixed(1)} ms`;
  return check(
    'latency of one text, median',
    latencyMs <= maxLatencyMs,
    `${latencyMs.toFixed(1)} ms, ${maxLatencyMs} ms are allowed${comparison}`,
    'try it again where nothing else runs; a smaller model or shorter texts are faster; --max-latency-ms allows more',
  );
}

/** The median time of one text in the fastest round, of each classifier, in milliseconds. */
export async function measureLatencies(classifiers: readonly Classifier[]): Promise<number[]> {
  await timeRound(classifiers, WARM_UP_RUNS);
  const rounds: number[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push(await timeRound(classifiers, RUNS_PER_ROUND));
  }
  return classifiers.map((_, index) =>
    Math.min(...rounds.map((medians) => medians[index] as number)),
  );
}

/** The median time of each classifier, in milliseconds. */
async function timeRound(classifiers: readonly Classifier[], runs: number): Promise<number[]> {
  const times: number[][] = classifiers.map(() => []);
  for (let run = 0; run < runs; run++) {
    for (const [index, classifier] of classifiers.entries()) {
      const start = performance.now();
      await classifier.classify([TEXT]);
      times[index]?.push(performance.now() - start);
    }
  }
  return times.map((values) => values.sort((a, b) => a - b)[Math.floor(runs / 2)] as number);
}
