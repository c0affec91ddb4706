/** A version that has been proven, loaded into workers and checked: what a request is answered by. */

import type { Ingredients } from '../artifacts/ingredients.ts';
import type { Profile } from '../drift/profile.ts';
import type { Classifier } from '../inference/classifier.ts';
import type { ProvenFile } from '../version/proven-files.ts';

export interface ServedModel {
  readonly name: string;
  readonly commit: string;
  /** Such as `v1.0.0`; undefined where the version has none. */
  readonly tag: string | undefined;
  /** Why it would have been refused when it was published with `--force`. */
  readonly forced: string | undefined;
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string };
  /** When it was committed, ISO 8601. */
  readonly date: string;
  readonly parents: readonly string[];
  /** What the version was made from, by kind. */
  readonly ingredients: Ingredients;
  /** `metrics.json` as it stands; undefined where the version has none. */
  readonly metrics: unknown;
  /** That its scores are calibrated with, by its metrics.json; undefined where they are not known to be. */
  readonly temperature: number | undefined;
  /** ISO 8601. */
  readonly loadedAt: string;
  readonly classifier: Classifier;
  /**
   * Of the training data. Its `texts` is 0 where the version has none: bins without a reference; the bins of
   * `topic` never have one.
   */
  readonly profile: Profile;
  /** By path. */
  readonly files: ReadonlyMap<string, ProvenFile>;
}
