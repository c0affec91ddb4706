/**
 * Whether the weights were trained from the ingredients beside them. The outputs of training can't be
 * merged: the two that a merge finds belong to its parents, and neither to the merged ingredients. So a
 * merge leaves a mark in their place, and training records the digests of the ingredients that it
 * started from; a version whose ingredients differ from those has to be retrained.
 */
import { createHash } from 'node:crypto';
import { ModelError } from '../version/errors.ts';
import { checkJson, parseJson } from '../version/json.ts';
import { metricsSchema } from './metrics.ts';
import { isIngredient } from './version-files.ts';

const MARK = /^<{7} .*\nto be retrained: (.*)\n/;
/** The mark ends well before. */
const MARK_BYTES = 4096;

/** Ids of the file in git. */
interface Blobs {
  /** Absent where both sides added the file. */
  readonly base: string | undefined;
  readonly ours: string;
  readonly theirs: string;
}

/**
 * What a merge leaves in place of a file that only training can make. It is neither JSON nor ONNX nor
 * a git-lfs pointer, so no reader can take it for the file.
 */
export function retrainingMark(path: string, { base, ours, theirs }: Blobs): string {
  return [
    '<<<<<<< ours',
    `to be retrained: ${path}`,
    `blob ${ours}`,
    '||||||| base',
    `blob ${base ?? 'none'}`,
    '=======',
    `blob ${theirs}`,
    '>>>>>>> theirs',
    '',
  ].join('\n');
}

/** True for what `retrainingMark` wrote. */
export function isRetrainingMark(bytes: Buffer): boolean {
  return MARK.test(bytes.subarray(0, MARK_BYTES).toString('utf8'));
}

/** SHA-256 of each ingredient, hex, by path. */
export function digestIngredients(files: ReadonlyMap<string, Buffer>): ReadonlyMap<string, string> {
  return new Map(
    [...files]
      .filter(([path]) => isIngredient(path))
      .map(([path, bytes]) => [path, createHash('sha256').update(bytes).digest('hex')]),
  );
}

/**
 * Rejects a version that has to be retrained. One that does not record what its weights were trained
 * from is accepted: early versions did not record it.
 *
 * @throws ModelError `unfit`, naming the file that a merge left, or what has changed since the training.
 */
export function assertWeightsMatchIngredients(files: ReadonlyMap<string, Buffer>): void {
  for (const [path, bytes] of files) {
    if (isRetrainingMark(bytes)) {
      throw new ModelError(
        'unfit',
        `${path} is to be retrained: two versions were merged, and no model has been trained ` +
          'from the merged ingredients yet',
        { data: { path } },
      );
    }
  }
  const trainedFrom = recordedIngredients(files.get('metrics.json'));
  const changes = trainedFrom ? changesSince(trainedFrom, digestIngredients(files)) : [];
  if (changes.length > 0) {
    throw new ModelError(
      'unfit',
      `to be retrained: since the weights were trained, ${changes.join(', ')}`,
      { data: { changes } },
    );
  }
}

/** `trained_from`, whatever the rest of the file is; undefined where it is not recorded. */
function recordedIngredients(
  metrics: Buffer | undefined,
): Readonly<Record<string, string>> | undefined {
  if (!metrics) {
    return undefined;
  }
  const origin = 'metrics.json';
  const json = parseJson(metrics.toString('utf8'), origin);
  return checkJson(metricsSchema.pick({ trained_from: true }), json, origin).trained_from;
}

function changesSince(
  recorded: Readonly<Record<string, string>>,
  ingredients: ReadonlyMap<string, string>,
): string[] {
  const paths = new Set([...Object.keys(recorded), ...ingredients.keys()]);
  return [...paths].sort().flatMap((path) => {
    const [before, now] = [recorded[path], ingredients.get(path)];
    if (before === now) {
      return [];
    }
    const what = before === undefined ? 'was added' : now === undefined ? 'was removed' : 'changed';
    return [`${path} ${what}`];
  });
}
