/** Whether the weights were trained from the ingredients that the version has. */
import { RECORDED_OUTPUTS } from '../../../artifacts/digests.ts';
import { assertWeightsMatchIngredients, type Lineage } from '../../../artifacts/lineage.ts';
import type { ModelFiles } from '../../../artifacts/read.ts';
import { isIngredient } from '../../../artifacts/version-files.ts';
import { hasCode, ModelError } from '../../../version/errors.ts';
import type { TreeFile } from '../../../version/git-objects.ts';
import type { Store } from '../../../version/stores/store.ts';
import { openVersion, type Version } from '../../../version/version.ts';
import { attempt, type Check } from '../check.ts';

/**
 * @param store is searched for the parents of a merge.
 * @param files the bytes of the version.
 */
export async function checkTraining(
  store: Store,
  version: Version,
  files: ModelFiles,
): Promise<Check> {
  const { check, value: lineage } = await attempt(
    'trained from its ingredients',
    () => readLineage(store, version, files),
    () => `${describe(files)} as recorded`,
    'run the training, which records what it started from and what it wrote; then `models commit`',
  );
  return lineage === 'listed' ? { ...check, result: 'info', detail: NOT_PROVEN } : check;
}

const NOT_PROVEN =
  'lineage not proven: the record has a digest for each file, which a merge can put together';

function describe(files: ModelFiles): string {
  const ingredients = [...files.keys()].filter(isIngredient).length;
  return `${ingredients} ingredients and ${RECORDED_OUTPUTS.length} outputs`;
}

/** @throws ModelError `unfit` where the version has to be retrained, or does not record its training. */
async function readLineage(store: Store, version: Version, files: ModelFiles): Promise<Lineage> {
  const lineage = assertWeightsMatchIngredients(files);
  if (lineage === 'unrecorded') {
    throw new ModelError(
      'unfit',
      'metrics.json: expected trained_from, the record of what the weights were trained from, found none',
    );
  }
  if (lineage === 'listed') {
    await assertTrainedAfterMerge(store, version);
  }
  return lineage;
}

const WEIGHTS = 'model.onnx';

/**
 * Rejects a merge that has the weights of a parent, but other ingredients. A parent that the store does not
 * have can't be compared.
 */
async function assertTrainedAfterMerge(store: Store, version: Version): Promise<void> {
  const { model, files, details } = version;
  if (details.parents.length < 2) {
    return;
  }
  const parents = await Promise.all(
    details.parents.map((parent) => findVersion(store, model, parent)),
  );
  const donors = parents.flatMap((parent) =>
    parent && blobOf(parent.files, WEIGHTS) === blobOf(files, WEIGHTS) ? [parent] : [],
  );
  const [donor] = donors;
  if (donor && !donors.some((parent) => listIngredients(parent) === listIngredients(version))) {
    throw new ModelError(
      'unfit',
      `to be retrained: ${WEIGHTS} is that of ${donor.commit}, a parent of this merge, which has ` +
        'other ingredients',
      { data: { parent: donor.commit } },
    );
  }
}

async function findVersion(store: Store, model: string, sha: string): Promise<Version | undefined> {
  try {
    return await openVersion(store, model, sha);
  } catch (error) {
    if (hasCode(error, 'not-found') || hasCode(error, 'not-proven')) {
      return undefined;
    }
    throw error;
  }
}

function blobOf(files: readonly TreeFile[], path: string): string | undefined {
  return files.find((file) => file.path === path)?.blob;
}

function listIngredients({ files }: Version): string {
  const ingredients = files.filter(({ path }) => isIngredient(path));
  return JSON.stringify(ingredients.map(({ path, blob }) => [path, blob]));
}
