/** A located version → a served model: proven, loaded into workers, checked by its golden texts. */

import { ingredientsOf } from '../artifacts/ingredients.ts';
import { assertWeightsMatchIngredients } from '../artifacts/lineage.ts';
import type { Profile } from '../artifacts/profile.ts';
import { type ModelFiles, parseArtifact } from '../artifacts/read.ts';
import type { Config } from '../config/config.ts';
import { COUNTED_LANGUAGES } from '../drift/languages.ts';
import { emptyProfile } from '../drift/profile.ts';
import {
  type Classifier,
  type ClassifierObserver,
  createClassifier,
} from '../inference/classifier.ts';
import { createLanguageIdentifier, type IdentifyLanguage } from '../inference/language.ts';
import type { Located } from '../version/locate.ts';
import { readTag } from '../version/tag.ts';
import { openVersion, readVersion, type Version } from '../version/version.ts';
import type { ServedModel } from './served-model.ts';

export type LoaderOptions = Pick<
  Config,
  'modelName' | 'workers' | 'maxBatch' | 'requestTimeoutMs' | 'queueCapacity' | 'cacheSize'
>;

/**
 * Loads a version.
 *
 * @throws ModelError where it is not proven or not trained from its ingredients; ClassifierError
 * `bad-model` where its model can't be run or computes other scores for the golden texts.
 */
export async function loadModel(
  options: LoaderOptions,
  { store, commit }: Located,
  observer: ClassifierObserver,
): Promise<ServedModel> {
  const { modelName } = options;
  const version = await openVersion(store, modelName, commit);
  const files = await readVersion(store, version);
  assertWeightsMatchIngredients(files);
  const profile = readProfile(files);
  const classifier = await startClassifier(options, files, observer);
  const tag = await readTag(store, modelName, commit);
  return describeModel(version, files, {
    classifier,
    tag,
    profile: profile ?? emptyProfile(classifier.labels, COUNTED_LANGUAGES),
  });
}

async function startClassifier(
  { workers, maxBatch, requestTimeoutMs, queueCapacity, cacheSize }: LoaderOptions,
  files: ModelFiles,
  observer: ClassifierObserver,
): Promise<Classifier> {
  let identifyLanguage: IdentifyLanguage;
  const starting = createClassifier({
    files,
    workers,
    maxBatch,
    requestTimeoutMs,
    queueCapacity,
    cacheSize,
    identifyLanguage: (text) => identifyLanguage(text),
    observer,
  });
  // The language model is loaded while the workers load theirs.
  const [classifier, identifier] = await Promise.all([starting, createLanguageIdentifier()]);
  identifyLanguage = identifier;
  return classifier;
}

/** @throws ModelError `unfit` where it is no profile; undefined where there is none. */
function readProfile(files: ModelFiles): Profile | undefined {
  const bytes = files.get('profile.json');
  return bytes && parseArtifact('profile.json', bytes);
}

function describeModel(
  version: Version,
  files: ModelFiles,
  loaded: Pick<ServedModel, 'classifier' | 'tag' | 'profile'>,
): ServedModel {
  const { model: name, commit, details } = version;
  const scores = files.get('metrics.json');
  return {
    ...loaded,
    name,
    commit,
    message: details.message,
    author: { name: details.author.name, email: details.author.email },
    date: details.author.date,
    parents: details.parents,
    ingredients: ingredientsOf(version.files),
    metrics: scores ? JSON.parse(scores.toString('utf8')) : undefined,
    loadedAt: new Date().toISOString(),
    read: async (path) =>
      version.files.some((file) => file.path === path) ? version.read(path) : undefined,
  };
}
