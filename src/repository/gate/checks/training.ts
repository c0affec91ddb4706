/** Whether the weights were trained from the ingredients that the version has. */
import { assertWeightsMatchIngredients, digestIngredients } from '../../../artifacts/lineage.ts';
import { type ModelFiles, parseJsonFile } from '../../../artifacts/read.ts';
import { ModelError } from '../../../version/errors.ts';
import { attempt, type Check } from '../check.ts';

export async function checkTraining(files: ModelFiles): Promise<Check> {
  const { check } = await attempt(
    'trained from its ingredients',
    () => {
      assertWeightsMatchIngredients(files);
      if (!parseJsonFile(files, 'metrics.json').trained_from) {
        throw new ModelError(
          'unfit',
          'metrics.json does not record what the weights were trained from',
        );
      }
      return digestIngredients(files).size;
    },
    (count) => `${count} files as recorded`,
  );
  return check;
}
