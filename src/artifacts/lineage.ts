/**
 * Whether the weights were trained from the ingredients beside them. The outputs of training can't be
 * merged: the two that a merge finds belong to its parents, and neither to the merged ingredients. So a
 * merge leaves a mark in their place, and training records which ingredients it started from and which
 * outputs it wrote; a version that differs from its record has to be retrained.
 */
import { mismatch } from '../errors.ts';
import { ModelError } from '../version/errors.ts';
import { checkJson, parseJson } from '../version/json.ts';
import {
  digestModelOf,
  digestsOf,
  type FileDigests,
  RECORDED_OUTPUTS,
  type TrainingRecord,
  trainingRecordOf,
} from './digests.ts';
import { type Metrics, trainedFromSchema } from './metrics.ts';
import { type ModelFiles, parseArtifact } from './read.ts';

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

/**
 * How far a version proves that its weights were trained from its ingredients.
 *
 * - `proven`: by one digest of all ingredients, and a digest of each output.
 * - `listed`: by a digest of each ingredient, as versions recorded it before. A merge of the lines of two
 *   such lists is a correct list of the merged ingredients, so it proves nothing.
 * - `unrecorded`: not at all, as in the earliest versions.
 */
export type Lineage = 'proven' | 'listed' | 'unrecorded';

/**
 * Rejects a version that has to be retrained.
 *
 * @throws ModelError `unfit`, naming the file that a merge left, or what differs from the record. Where the
 * ingredients differ from those of the record, its data have `trainedFrom`, the digest in the record.
 */
export function assertWeightsMatchIngredients(files: ModelFiles): Lineage {
  assertNoRetrainingMark(files);
  return assertRecordMatches(digestsOf(files), files);
}

/**
 * The same for files without a mark, by their digests.
 *
 * @param files `metrics.json` and `profile.json`, where the version has them.
 */
export function assertRecordMatches(digests: FileDigests, files: ModelFiles): Lineage {
  const recorded = readRecord(files);
  if (!recorded) {
    return 'unrecorded';
  }
  if (isRecord(recorded)) {
    assertRecorded(recorded, digests);
    assertProfile(files.get('profile.json'), digests);
    return 'proven';
  }
  assertListed(recorded, digests);
  return 'listed';
}

/** @throws ModelError `unfit`, naming a file that a merge left to be retrained. */
export function assertNoRetrainingMark(files: ModelFiles): void {
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
}

type Recorded = NonNullable<Metrics['trained_from']>;

/** `trained_from`, whatever the rest of the file is; undefined where it is not recorded. */
function readRecord(files: ModelFiles): Recorded | undefined {
  const metrics = files.get('metrics.json');
  if (!metrics) {
    return undefined;
  }
  const origin = 'metrics.json';
  const json = parseJson(metrics.toString('utf8'), origin);
  return checkJson(trainedFromSchema, json, origin).trained_from;
}

function isRecord(recorded: Recorded): recorded is TrainingRecord {
  return typeof recorded.outputs === 'object';
}

function assertRecorded(recorded: TrainingRecord, digests: FileDigests): void {
  const found = trainingRecordOf(digests);
  if (found.ingredients !== recorded.ingredients) {
    throw new ModelError(
      'unfit',
      mismatch(
        'to be retrained: the ingredients are not those that the weights were trained from: ' +
          'trained_from.ingredients of metrics.json',
        found.ingredients,
        recorded.ingredients,
      ),
      { data: { trainedFrom: recorded.ingredients } },
    );
  }
  for (const path of new Set([...RECORDED_OUTPUTS, ...Object.keys(recorded.outputs)])) {
    assertOutput(path, recorded.outputs[path], digests.get(path));
  }
}

function assertOutput(path: string, expected: string | undefined, found: string | undefined): void {
  if (found === expected) {
    return;
  }
  const where = `to be retrained: ${path} is not the file that the recorded training wrote: SHA-256`;
  throw new ModelError('unfit', mismatch(where, expected ?? 'none', found ?? 'no such file'), {
    data: { path },
  });
}

/** A profile is measured after the training, so it names its model itself. */
function assertProfile(bytes: Buffer | undefined, digests: FileDigests): void {
  const model = bytes && parseArtifact('profile.json', bytes).model;
  const expected = digestModelOf(digests);
  if (model !== undefined && model !== expected) {
    throw new ModelError(
      'unfit',
      `${mismatch('profile.json: model', expected, model)}: the profile of another model; ` +
        'measure it again with `models profile`',
      { data: { path: 'profile.json' } },
    );
  }
}

/** The ingredients that earlier versions listed. */
const LISTED = /^(?:code|data|environment)\/|^hyperparameters\.json$/;

function assertListed(recorded: Readonly<Record<string, string>>, digests: FileDigests): void {
  const ingredients = new Map(
    [...digests.keys()]
      .filter((path) => LISTED.test(path))
      .map((path) => [path, digests.get(path) as string]),
  );
  const changes = describeChanges(new Map(Object.entries(recorded)), ingredients);
  if (changes.length > 0) {
    throw new ModelError(
      'unfit',
      `to be retrained: since the weights were trained, ${changes.join(', ')}`,
      { data: { changes } },
    );
  }
}

/** What differs between two sets of files, such as `code/train.py changed`. @param before ids or digests by path. */
export function describeChanges(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].sort().flatMap((path) => {
    const [old, now] = [before.get(path), after.get(path)];
    if (old === now) {
      return [];
    }
    const what = old === undefined ? 'was added' : now === undefined ? 'was removed' : 'changed';
    return [`${path} ${what}`];
  });
}
