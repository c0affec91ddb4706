/** What a version was made of, sorted by kind, as a person asks for it. */
import { digestOf, sizeOf, type VersionFile } from '../version/manifest.ts';

const KINDS: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ['code', /^code\//],
  ['data', /^data\//],
  ['configuration', /^hyperparameters\.json$/],
  ['environment', /^environment\//],
  ['model', /^(?:model\.onnx|tokenizer\.json|config\.json)$/],
  ['evidence', /^(?:metrics|profile|golden)\.json$/],
  ['documentation', /./],
];

export interface Ingredient {
  readonly path: string;
  /** Bytes of the file itself, not of its git-lfs pointer. */
  readonly size: number;
  /** `sha256:…` of a git-lfs file, `git-blob:…` of any other. */
  readonly digest: string;
}

export type Ingredients = Readonly<Record<string, readonly Ingredient[]>>;

/** Each file of a version under the first kind that fits; a kind without files is left out. */
export function ingredientsOf(files: readonly VersionFile[]): Ingredients {
  const kinds: Record<string, Ingredient[]> = {};
  for (const [kind] of KINDS) {
    const own = files.filter(({ path }) => kindOf(path) === kind);
    if (own.length > 0) {
      kinds[kind] = own.map((file) => ({
        path: file.path,
        size: sizeOf(file),
        digest: digestOf(file),
      }));
    }
  }
  return kinds;
}

/** True for a file that training depends on: code, data, configuration, environment. */
export function isIngredient(path: string): boolean {
  return ['code', 'data', 'configuration', 'environment'].includes(kindOf(path) ?? '');
}

function kindOf(path: string): string | undefined {
  return KINDS.find(([, pattern]) => pattern.test(path))?.[0];
}
