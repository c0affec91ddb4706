/** Digests of the files of a version, as training records them. docs/how-to/versions.md has the definition. */
import { createHash } from 'node:crypto';
import type { ModelFiles } from './read.ts';
import { isIngredient, MODEL_FILES, versionFilesWhere } from './version-files.ts';

/** The outputs whose digests training records: it can't know those of the file of the record and of the later profile. */
export const RECORDED_OUTPUTS = versionFilesWhere(({ isOutput }) => isOutput === true).filter(
  (path) => path !== 'metrics.json' && path !== 'profile.json',
);

/** What training records in `metrics.json` (`trained_from`). */
export interface TrainingRecord {
  /** One digest of all ingredients, as they were before the training. */
  readonly ingredients: string;
  /** The digest of each output, as the training wrote it. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** SHA-256 of files, hex. */
export interface FileDigests {
  /** The paths of all files. */
  keys(): Iterable<string>;
  get(path: string): string | undefined;
}

/** The digests of files, each computed at each call of `get`. */
export function digestsOf(files: ModelFiles): FileDigests {
  return {
    keys: () => files.keys(),
    get: (path) => {
      const bytes = files.get(path);
      return bytes && sha256(bytes);
    },
  };
}

/** The record of a training that has these ingredients and wrote these outputs. */
export function trainingRecord(files: ModelFiles): TrainingRecord {
  return trainingRecordOf(digestsOf(files));
}

/** The same, without the files. */
export function trainingRecordOf(digests: FileDigests): TrainingRecord {
  const outputs = RECORDED_OUTPUTS.flatMap((path) => {
    const digest = digests.get(path);
    return digest === undefined ? [] : [[path, digest] as const];
  });
  const ingredients = digestFiles(digests, isIngredient);
  return { ingredients, outputs: Object.fromEntries(outputs.sort()) };
}

/** One digest of all ingredients: of their paths and their content. */
export function digestIngredients(files: ModelFiles): string {
  return digestFiles(digestsOf(files), isIngredient);
}

/** The digest of each ingredient, by its path. */
export function digestEachIngredient(files: ModelFiles): Readonly<Record<string, string>> {
  const ingredients = [...files].filter(([path]) => isIngredient(path));
  return Object.fromEntries(ingredients.map(([path, bytes]) => [path, sha256(bytes)]));
}

/** One digest of what a classifier is loaded from; a profile names the model that it was measured with. */
export function digestModel(files: ModelFiles): string {
  return digestModelOf(digestsOf(files));
}

/** The same, without the files. */
export function digestModelOf(digests: FileDigests): string {
  return digestFiles(digests, (path) => (MODEL_FILES as readonly string[]).includes(path));
}

/** SHA-256 of a line for each file, in the order of the bytes of their paths: `<bytes of path>:<path>:<SHA-256>`. */
function digestFiles(digests: FileDigests, isIncluded: (path: string) => boolean): string {
  const hash = createHash('sha256');
  const paths = [...digests.keys()].filter(isIncluded).map((path) => Buffer.from(path));
  for (const path of paths.sort(Buffer.compare)) {
    // The length makes it impossible to read one list of files as another.
    hash.update(`${path.byteLength}:${path}:${digests.get(path.toString())}\n`);
  }
  return hash.digest('hex');
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
