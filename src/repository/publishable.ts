/** What `models publish` and `models pin` refuse: versions that `gate` and `serve` would refuse, whatever the one in production. */
import { assertWeightsMatchIngredients } from '../artifacts/lineage.ts';
import { type ModelFiles, parseJsonFile } from '../artifacts/read.ts';
import { MODEL_FILES } from '../artifacts/version-files.ts';
import type { Classifier } from '../inference/classifier.ts';
import { ClassifierError } from '../inference/errors.ts';
import { openClassifier } from '../inference/offline.ts';
import { ModelError } from '../version/errors.ts';
import type { Store } from '../version/stores/store.ts';
import { openVersion, readVersion } from '../version/version.ts';
import { measureLatencies } from './gate/checks/latency.ts';
import { checkTraining } from './gate/checks/training.ts';

/**
 * Checks that the weights of a version were trained from its ingredients, and that they return the golden
 * scores on this machine. A commit without any file of a model has nothing to check.
 *
 * @param store has the version, and the parents of a merge.
 * @returns the median time of one text in milliseconds; undefined for a commit without a model.
 * @throws ModelError, naming what is wrong.
 */
export async function assertPublishable(
  store: Store,
  model: string,
  sha: string,
): Promise<number | undefined> {
  const version = await openVersion(store, model, sha);
  const files = await readVersion(store, version);
  if (!MODEL_FILES.some((path) => files.has(path))) {
    return undefined;
  }
  const { result, detail } = await checkTraining(store, version, files);
  if (result === 'failed') {
    throw new ModelError('unfit', `${sha} can't be published: ${detail}`);
  }
  return withClassifier(files, async (classifier) => {
    const [latencyMs] = await measureLatencies([classifier]);
    return latencyMs;
  });
}

/**
 * Checks what a server checks when it loads a version: that it is complete and proven, was not left to be
 * retrained, and returns its golden scores on this machine.
 *
 * @throws ModelError, naming what is wrong.
 */
export async function assertServable(store: Store, model: string, sha: string): Promise<void> {
  const files = await readVersion(store, await openVersion(store, model, sha));
  assertWeightsMatchIngredients(files);
  if (files.has('profile.json')) {
    parseJsonFile(files, 'profile.json');
  }
  await withClassifier(files, async () => undefined);
}

/** @throws ModelError `unfit` where the model can't be run, or returns other scores for the golden texts. */
async function withClassifier<T>(
  files: ModelFiles,
  use: (classifier: Classifier) => Promise<T>,
): Promise<T> {
  try {
    const classifier = await openClassifier(files);
    try {
      return await use(classifier);
    } finally {
      await classifier.close();
    }
  } catch (error) {
    throw error instanceof ClassifierError && error.code === 'bad-model'
      ? new ModelError('unfit', error.message, { cause: error })
      : error;
  }
}
