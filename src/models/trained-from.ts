/**
 * Whether the weights of a version belong to its ingredients. Training records what it started from
 * in `metrics.json`; a version whose ingredients have changed since is to be retrained.
 */
import { createHash } from 'node:crypto';
import { ModelError } from './errors.ts';
import { isIngredient } from './ingredients.ts';

/** SHA-256 of each ingredient, hex, by path. */
export function digestIngredients(files: ReadonlyMap<string, Buffer>): ReadonlyMap<string, string> {
  return new Map(
    [...files]
      .filter(([path]) => isIngredient(path))
      .map(([path, bytes]) => [path, createHash('sha256').update(bytes).digest('hex')]),
  );
}

/**
 * @param trainedFrom as recorded in `metrics.json`.
 * @throws ModelError `unfit`, naming each ingredient that is not what the weights were trained from.
 */
export function requireTrained(
  trainedFrom: Readonly<Record<string, string>>,
  ingredients: ReadonlyMap<string, string>,
): void {
  const recorded = new Map(Object.entries(trainedFrom));
  const changes = [...new Set([...recorded.keys(), ...ingredients.keys()])]
    .sort()
    .flatMap((path) => {
      const before = recorded.get(path);
      const now = ingredients.get(path);
      if (before === now) {
        return [];
      }
      return [
        `${path} ${before === undefined ? 'was added' : now === undefined ? 'was removed' : 'changed'}`,
      ];
    });
  if (changes.length > 0) {
    throw new ModelError(
      'unfit',
      `to be retrained: since the weights were trained, ${changes.join(', ')}`,
    );
  }
}
