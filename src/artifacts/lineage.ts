/**
 * Whether what training made belongs to the ingredients beside it. It can't be merged: it stands for
 * two parents, and neither made the merged model. So a merge leaves a mark, and training records what
 * it started from; a version whose ingredients are others by now is to be retrained.
 */
import { createHash } from 'node:crypto';
import { ModelError } from '../version/errors.ts';
import { isIngredient } from './ingredients.ts';

/** What training makes out of the rest. */
const MADE_BY_TRAINING = /(?:^|\/)(?:model\.onnx|(?:tokenizer|metrics|profile|golden)\.json)$/;

const MARK = /^<{7} .*\nto be retrained: (.*)\n/;

/** True for the files that training makes: the weights, the tokenizer, and the evidence of both. */
export function isMadeByTraining(path: string): boolean {
  return MADE_BY_TRAINING.test(path);
}

/** Ids of the file in git. */
interface Blobs {
  /** Absent where both sides added the file. */
  readonly base: string | undefined;
  readonly ours: string;
  readonly theirs: string;
}

/**
 * What a merge leaves in place of a file that only training can make. It is no JSON, no ONNX and no
 * git-lfs pointer, so nothing takes it for the file.
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
  return MARK.test(bytes.subarray(0, 4096).toString('utf8'));
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
 * Refuses a version that is to be retrained. One that records nothing of its training is taken for
 * what it is: versions did not always record it.
 *
 * @throws ModelError `unfit`, naming what a merge has left, or what has changed since the training.
 */
export function assertWeightsMatchIngredients(files: ReadonlyMap<string, Buffer>): void {
  for (const [path, bytes] of files) {
    if (isRetrainingMark(bytes)) {
      throw new ModelError(
        'unfit',
        `${path} is to be retrained: two versions were merged, and nothing is trained yet from ` +
          'what they are together',
      );
    }
  }
  const trainedFrom = recordedIngredients(files.get('metrics.json'));
  const changes = trainedFrom ? changesSince(trainedFrom, digestIngredients(files)) : [];
  if (changes.length > 0) {
    throw new ModelError(
      'unfit',
      `to be retrained: since the weights were trained, ${changes.join(', ')}`,
    );
  }
}

/** `trained_from` of `metrics.json`; undefined where it is not recorded. */
function recordedIngredients(metrics: Buffer | undefined): Record<string, string> | undefined {
  try {
    return JSON.parse(metrics?.toString('utf8') ?? 'null')?.trained_from;
  } catch {
    return undefined;
  }
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
