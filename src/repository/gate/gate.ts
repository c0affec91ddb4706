/** `models gate`: loads a version and the one in production, and judges whether it may follow. */
import { readFile } from 'node:fs/promises';
import { readColumn } from '../../artifacts/data-table.ts';
import { findDataFiles, parseDatasets } from '../../artifacts/datasets.ts';
import { assertWeightsMatchIngredients, digestIngredients } from '../../artifacts/lineage.ts';
import { measureScores, readMetrics, servedScores } from '../../artifacts/metrics.ts';
import { readJson } from '../../artifacts/read.ts';
import type { Classifier } from '../../inference/classifier.ts';
import { ClassifierError } from '../../inference/errors.ts';
import { classifyAll, openClassifier, type Progress } from '../../inference/offline.ts';
import { ModelError } from '../../version/errors.ts';
import type { Store } from '../../version/stores/store.ts';
import { readVersion, type Version } from '../../version/version.ts';
import { type Check, type Judged, judgeScores, type Thresholds } from './checks/recorded-scores.ts';

/** Measured scores may differ so much from recorded ones: another CPU rounds otherwise. */
const SCORE_TOLERANCE = 0.005;
const WARM_UP_RUNS = 20;
const ROUNDS = 5;
const RUNS_A_ROUND = 20;

export interface GateOptions extends Thresholds {
  /** Most milliseconds that one text alone may take, at the median. */
  readonly maxLatencyMs: number;
  /** Where the data lie; with it, scores are measured again and not only read. */
  readonly dataFolder: string | undefined;
  readonly onProgress: Progress;
}

/**
 * @param store has the bytes of both versions.
 * @throws ModelError where a version can't be had or proven; a version that is no good is a check
 * that failed.
 */
export async function gate(
  store: Store,
  candidate: Version,
  production: Version | undefined,
  options: GateOptions,
): Promise<Check[]> {
  const files = await readVersion(store, candidate);
  const training = await attempt('trained from its ingredients', async () =>
    checkTraining(candidate, files),
  );
  if (training.result === 'failed') {
    // Its scores are those of something else.
    return [training];
  }
  const judged = await judgedBy(candidate);
  const scores = judgeScores(judged, production && (await judgedBy(production)), options);
  const classifiers: Classifier[] = [];
  try {
    const golden = await attempt('golden texts', async () => {
      classifiers.push(await openClassifier(files));
      return 'each as expected, alone and in batches';
    });
    const [classifier] = classifiers;
    if (!classifier) {
      return [training, golden, ...scores];
    }
    if (production) {
      classifiers.push(...(await openForComparison(store, production)));
    }
    return [
      training,
      golden,
      ...scores,
      ...(options.dataFolder === undefined
        ? []
        : await remeasure(classifier, judged, options.dataFolder, options.onProgress)),
      await checkLatency(classifiers, options.maxLatencyMs),
    ];
  } finally {
    await Promise.all(classifiers.map((classifier) => classifier.close()));
  }
}

/**
 * None where only the pointer of the weights is at hand, or they can't be run here: latency is then
 * told without comparison.
 */
async function openForComparison(store: Store, production: Version): Promise<Classifier[]> {
  try {
    return [await openClassifier(await readVersion(store, production))];
  } catch (error) {
    const isMissing = error instanceof ModelError && error.code === 'not-found';
    if (isMissing || error instanceof ClassifierError) {
      return [];
    }
    throw error;
  }
}

async function checkTraining(
  version: Version,
  files: ReadonlyMap<string, Buffer>,
): Promise<string> {
  assertWeightsMatchIngredients(files);
  const { trained_from } = await readMetrics(version);
  if (!trained_from) {
    throw new ModelError(
      'unfit',
      'metrics.json does not record what the weights were trained from',
    );
  }
  return `${digestIngredients(files).size} files as recorded`;
}

/** A check that fails by throwing; errors that nobody foresaw are thrown on. */
async function attempt(name: string, run: () => Promise<string>): Promise<Check> {
  try {
    return { name, result: 'passed', detail: await run() };
  } catch (error) {
    if (error instanceof ModelError || error instanceof ClassifierError) {
      return { name, result: 'failed', detail: error.message };
    }
    throw error;
  }
}

async function judgedBy(version: Version): Promise<Judged> {
  return {
    metrics: await readMetrics(version),
    datasets: parseDatasets(await readJson(version, 'data/datasets.json')),
  };
}

/** Measures every recorded score again, with the server's own code. */
async function remeasure(
  classifier: Classifier,
  { metrics, datasets }: Judged,
  dataFolder: string,
  onProgress: Progress,
): Promise<Check[]> {
  const { primary } = metrics;
  const paths = await findDataFiles(datasets, dataFolder);
  const sets = [...servedScores(metrics)];
  const checks: Check[] = [];
  for (const [name, recorded] of sets) {
    const path = paths.get(`${name}.tsv`);
    if (path === undefined) {
      checks.push({
        name: `${name} again`,
        result: 'failed',
        detail: 'data/datasets.json lacks it',
      });
      continue;
    }
    const bytes = await readFile(path);
    const classified = await classifyAll(
      classifier,
      readColumn(bytes, path, 'text'),
      () => undefined,
    );
    const measured = measureScores(
      classified.map(({ label }) => label),
      readColumn(bytes, path, 'label'),
      classifier.labels,
    );
    const isTrue = Math.abs(measured[primary] - recorded[primary]) <= SCORE_TOLERANCE;
    checks.push({
      name: `${name} ${primary}, again`,
      result: isTrue ? 'passed' : 'failed',
      detail: `recorded ${recorded[primary].toFixed(4)}, measured ${measured[primary].toFixed(4)}`,
    });
    onProgress(checks.length, sets.length);
  }
  return checks;
}

/**
 * Times one text alone, in turns, so that a noisy machine is noisy for all. The best round counts:
 * what else runs on the machine makes a round slower, never faster.
 */
async function checkLatency(
  classifiers: readonly Classifier[],
  maxLatencyMs: number,
): Promise<Check> {
  const medians: number[][] = classifiers.map(() => []);
  await timeRound(classifiers, WARM_UP_RUNS);
  for (let round = 0; round < ROUNDS; round++) {
    const found = await timeRound(classifiers, RUNS_A_ROUND);
    found.forEach((median, index) => {
      medians[index]?.push(median);
    });
  }
  const [latency = 0, before] = medians.map((values) => Math.min(...values));
  const comparison = before === undefined ? '' : `, production ${before.toFixed(1)} ms`;
  return {
    name: 'latency of one text, median',
    result: latency <= maxLatencyMs ? 'passed' : 'failed',
    detail: `${latency.toFixed(1)} ms, ${maxLatencyMs} ms are allowed${comparison}`,
  };
}

/** The median time of each classifier, in milliseconds. */
async function timeRound(classifiers: readonly Classifier[], runs: number): Promise<number[]> {
  const text = 'Waited an hour for the bus again, but the driver was lovely @user http';
  const times: number[][] = classifiers.map(() => []);
  for (let run = 0; run < runs; run++) {
    for (const [index, classifier] of classifiers.entries()) {
      const start = performance.now();
      await classifier.classify([text]);
      times[index]?.push(performance.now() - start);
    }
  }
  return times.map((values) => values.sort((a, b) => a - b)[Math.floor(runs / 2)] as number);
}
