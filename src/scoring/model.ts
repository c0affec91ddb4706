/** The version that scores: proven and checked as by the server, in workers for many texts. */
import { assertWeightsMatchIngredients } from '../artifacts/lineage.ts';
import type { Profile } from '../drift/profile.ts';
import { type BulkClassifier, type BulkOptions, createBulkClassifier } from '../inference/bulk.ts';
import { createLanguageIdentifier } from '../inference/language.ts';
import { readProfile } from '../serving/loader.ts';
import type { Located } from '../version/locate.ts';
import { readTag } from '../version/tag.ts';
import { openVersion, readVersion } from '../version/version.ts';

export interface ScoringModel {
  readonly name: string;
  readonly commit: string;
  /** Such as `v1.0.0`; undefined where the version has none. */
  readonly tag: string | undefined;
  /** Of the training data; undefined where the version has none. */
  readonly profile: Profile | undefined;
  readonly classifier: BulkClassifier;
}

/**
 * @throws ModelError where the version is not proven or not trained from its ingredients; ClassifierError
 * `bad-model` where its model can't be run or computes other scores for the golden texts.
 */
export async function openScoringModel(
  { store, commit }: Located,
  name: string,
  options: Pick<BulkOptions, 'workers' | 'observer'>,
): Promise<ScoringModel> {
  const files = await readVersion(store, await openVersion(store, name, commit));
  assertWeightsMatchIngredients(files);
  const profile = readProfile(files);
  const tag = await readTag(store, name, commit);
  const identifyLanguage = await createLanguageIdentifier();
  // Last, so that nothing fails after it: its workers would go on.
  const classifier = await createBulkClassifier({ files, identifyLanguage, ...options });
  return { name, commit, tag, profile, classifier };
}
