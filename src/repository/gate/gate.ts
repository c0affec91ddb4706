/** `models gate`: checks whether a version may replace the one in production. */
import { requireArtifact } from '../../artifacts/read.ts';
import type { Classifier } from '../../inference/classifier.ts';
import { ClassifierError } from '../../inference/errors.ts';
import { openClassifier, type Progress } from '../../inference/offline.ts';
import { hasCode } from '../../version/errors.ts';
import { readPublication } from '../../version/publication.ts';
import type { Store } from '../../version/stores/store.ts';
import { readVersion, type Version } from '../../version/version.ts';
import { attempt, type Check } from './check.ts';
import { checkLatency } from './checks/latency.ts';
import { checkMeasuredScores } from './checks/measured-scores.ts';
import {
  checkRecordedScores,
  type RecordedScores,
  type Thresholds,
} from './checks/recorded-scores.ts';
import { checkTraining } from './checks/training.ts';

export interface GateOptions extends Thresholds {
  /** The maximum median latency of one text that is sent by itself, in milliseconds. */
  readonly maxLatencyMs: number;
  /** The folder with the data; with it, recorded scores are measured again. */
  readonly dataFolder: string | undefined;
  readonly onProgress: Progress;
}

/**
 * @param store has the bytes of both versions.
 * @throws ModelError where a version can't be read or proven. A version that may not replace the one
 * in production has a failed check.
 */
export async function gate(
  store: Store,
  candidate: Version,
  production: Version | undefined,
  options: GateOptions,
): Promise<Check[]> {
  const files = await readVersion(store, candidate);
  const training = await checkTraining(store, candidate, files);
  const forced = await checkForced(store, candidate);
  if (training.result === 'failed') {
    // The recorded scores are those of other ingredients.
    return [...forced, training];
  }
  const recorded = await readRecordedScores(candidate);
  const scores = checkRecordedScores(
    recorded,
    production && (await readRecordedScores(production)),
    options,
  );
  const { check: golden, value: classifier } = await attempt(
    'golden texts',
    () => openClassifier(files),
    () => 'each as expected, as a single text and in batches',
    'train it again with the packages of its environment, and commit: training writes golden.json and model.onnx',
  );
  const runs = classifier
    ? await checkRuns(classifier, recorded, production && { store, version: production }, options)
    : [];
  return [...forced, training, golden, ...scores, ...runs];
}

/** Reported, since the checks below decide. */
async function checkForced(store: Store, { model, commit }: Version): Promise<Check[]> {
  const forced = (await readPublication(store, model, commit))?.forced;
  return forced === undefined
    ? []
    : [{ name: 'published with --force', result: 'info', detail: forced }];
}

async function readRecordedScores(version: Version): Promise<RecordedScores> {
  return {
    metrics: await requireArtifact(version, 'metrics.json'),
    datasets: await requireArtifact(version, 'data/datasets.json'),
  };
}

/** The checks for which the model has to run. The classifier is closed after them. */
async function checkRuns(
  classifier: Classifier,
  recorded: RecordedScores,
  production: { readonly store: Store; readonly version: Version } | undefined,
  { dataFolder, maxLatencyMs, onProgress }: GateOptions,
): Promise<Check[]> {
  let productionClassifier: Classifier | undefined;
  try {
    productionClassifier =
      production && (await openForComparison(production.store, production.version));
    const measured =
      dataFolder === undefined
        ? []
        : await checkMeasuredScores(classifier, recorded, dataFolder, onProgress);
    return [...measured, await checkLatency(classifier, productionClassifier, maxLatencyMs)];
  } finally {
    await Promise.all([classifier.close(), productionClassifier?.close()]);
  }
}

/**
 * @returns undefined where the store has only the pointer of the weights, or this machine can't run
 * them: latency is then reported without a comparison.
 */
async function openForComparison(store: Store, version: Version): Promise<Classifier | undefined> {
  try {
    return await openClassifier(await readVersion(store, version));
  } catch (error) {
    if (hasCode(error, 'not-found') || error instanceof ClassifierError) {
      return undefined;
    }
    throw error;
  }
}
