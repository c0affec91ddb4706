/** The files of a version by kind, with size and digest. */
import { digestOf, sizeOf, type VersionFile } from '../version/manifest.ts';
import { FILE_KINDS, type FileKind, kindOf } from './version-files.ts';

export interface Ingredient {
  readonly path: string;
  /** Bytes of the file itself, not of its git-lfs pointer. */
  readonly size: number;
  /** `sha256:…` of a git-lfs file, `git-blob:…` of any other. */
  readonly digest: string;
}

/** A kind without files is left out. */
export type Ingredients = Readonly<Partial<Record<FileKind, readonly Ingredient[]>>>;

export function ingredientsOf(files: readonly VersionFile[]): Ingredients {
  return Object.fromEntries(
    FILE_KINDS.map((kind) => [kind, files.filter(({ path }) => kindOf(path) === kind)] as const)
      .filter(([, ofKind]) => ofKind.length > 0)
      .map(([kind, ofKind]) => [kind, ofKind.map(describeFile)]),
  );
}

function describeFile(file: VersionFile): Ingredient {
  return { path: file.path, size: sizeOf(file), digest: digestOf(file) };
}
