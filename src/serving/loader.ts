/** A located version → a served model: proven, loaded into workers, checked by its golden texts. */

import { ingredientsOf } from '../artifacts/ingredients.ts';
import { assertWeightsMatchIngredients } from '../artifacts/lineage.ts';
import { temperatureOf } from '../artifacts/metrics.ts';
import type { Profile } from '../artifacts/profile.ts';
import { type ModelFiles, parseArtifact } from '../artifacts/read.ts';
import { availableMemoryBytes } from '../config/available-memory.ts';
import type { Config } from '../config/config.ts';

import { COUNTED_LANGUAGES } from '../drift/languages.ts';
import { emptyProfile, withTopic } from '../drift/profile.ts';
import {
  type Classifier,
  type ClassifierObserver,
  createClassifier,
} from '../inference/classifier.ts';
import { createLanguageIdentifier, type IdentifyLanguage } from '../inference/language.ts';
import type { Located } from '../version/locate.ts';
import { sizeOf } from '../version/manifest.ts';
import { createProvenFiles } from '../version/proven-files.ts';
import { readPublication } from '../version/publication.ts';
import { readTag } from '../version/tag.ts';
import { openVersion, readVersion, type Version } from '../version/version.ts';
import { readDesiredVersion, type SourceOptions } from './desired-version.ts';
import { ChangeError } from './errors.ts';
import type { Observer } from './observer.ts';
import type { ServedModel } from './served-model.ts';

export type LoaderOptions = Pick<
  Config,
  | 'modelName'
  | 'workers'
  | 'processes'
  | 'maxBatch'
  | 'requestTimeoutMs'
  | 'queueCapacity'
  | 'cacheSize'
>;

export interface LoadFor {
  readonly observer: ClassifierObserver;
  /** Asked at each batch: a candidate becomes the version that serves, and that one a candidate. */
  readonly isAnswering: (model: ServedModel) => boolean;
}

/** Beside another model, which goes on to serve. */
export interface LoadBeside {
  /** Bytes; undefined where it is not known. */
  readonly availableBytes: () => number | undefined;
}

/**
 * Loads a version.
 *
 * @throws ModelError where it is not proven or not trained from its ingredients; ClassifierError
 * `bad-model` where its model can't be run or computes other scores for the golden texts; ChangeError
 * `insufficient-memory` where there is no room for it beside another one.
 */
export async function loadModel(
  options: LoaderOptions,
  { store, commit }: Located,
  { observer, isAnswering }: LoadFor,
  beside?: LoadBeside,
): Promise<ServedModel> {
  const { modelName } = options;
  const version = await openVersion(store, modelName, commit);
  if (beside) {
    assertEnoughMemory(version, options, beside);
  }
  const files = await readVersion(store, version);
  assertWeightsMatchIngredients(files);
  const profile = readProfile(files);
  // Last, so that nothing fails after it: its workers would go on.
  const tag = await readTag(store, modelName, commit);
  const forced = (await readPublication(store, modelName, commit))?.forced;
  let model: ServedModel | undefined;
  const classifier = await startClassifier(
    options,
    files,
    observeWhile(() => model !== undefined && isAnswering(model), observer),
  );
  const observed = profile ?? emptyProfile(classifier.labels, COUNTED_LANGUAGES);
  model = describeModel(version, files, {
    classifier,
    tag,
    forced,
    files: createProvenFiles(store, `${modelName}/${commit}`, files),
    profile: classifier.hasTopics ? withTopic(observed) : observed,
  });
  return model;
}

/** The texts of a candidate are no work of the server: they are observed while the model answers requests. */
function observeWhile(
  isAnswering: () => boolean,
  observer: ClassifierObserver,
): ClassifierObserver {
  return {
    ...observer,
    onLookUp: (result) => isAnswering() && observer.onLookUp(result),
    onDequeue: (waitMs) => isAnswering() && observer.onDequeue(waitMs),
    onRun: (run) => isAnswering() && observer.onRun(run),
  };
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
export function readProfile(files: ModelFiles): Profile | undefined {
  const bytes = files.get('profile.json');
  return bytes && parseArtifact('profile.json', bytes);
}

function describeModel(
  version: Version,
  files: ModelFiles,
  loaded: Pick<ServedModel, 'classifier' | 'tag' | 'forced' | 'profile' | 'files'>,
): ServedModel {
  const { model: name, commit, details } = version;
  const bytes = files.get('metrics.json');
  const metrics = bytes ? JSON.parse(bytes.toString('utf8')) : undefined;
  return {
    ...loaded,
    name,
    commit,
    message: details.message,
    author: { name: details.author.name, email: details.author.email },
    date: details.author.date,
    parents: details.parents,
    ingredients: ingredientsOf(version.files),
    metrics,
    temperature: temperatureOf(metrics),
    loadedAt: new Date().toISOString(),
  };
}

/**
 * What loading a version takes, measured for both versions that the project ships
 * (docs/decisions/0016-swaps.md): each session a multiple of the model's size, and something for the rest.
 */
const BYTES_PER_MODEL_BYTE = 3;
const BASE_BYTES = 96 * 1024 ** 2;

/** Loads a version beside the one that serves. Rejects as `locate` and `loadModel` do. */
export async function loadBeside(
  config: LoaderOptions & SourceOptions,
  {
    observer,
    isAnswering,
    signal,
  }: Pick<LoadFor, 'isAnswering'> & {
    readonly observer: Pick<Observer, 'classifier' | 'onLoadEvent'>;
    readonly signal: AbortSignal;
  },
): Promise<ServedModel> {
  const desired = await readDesiredVersion(config);
  const located = await desired.locate(observer, signal);
  const beside = { availableBytes: availableMemoryBytes };
  return loadModel(config, located, { observer: observer.classifier, isAnswering }, beside);
}

/** @throws ChangeError `insufficient-memory`: the system would end the process, and what it serves. */
function assertEnoughMemory(
  { commit, files }: Version,
  { workers, processes }: LoaderOptions,
  { availableBytes }: LoadBeside,
): void {
  const available = availableBytes();
  const model = files.find(({ path }) => path === 'model.onnx');
  const modelBytes = model ? sizeOf(model) : 0;
  // Several workers have one session more, for single requests.
  const sessions = workers > 1 ? workers + 1 : 1;
  const needed = processes * (BASE_BYTES + sessions * BYTES_PER_MODEL_BYTE * modelBytes);
  if (available !== undefined && available < needed) {
    throw new ChangeError(
      'insufficient-memory',
      `Loading ${commit} beside the version that serves takes about ${mebibytes(needed)} MiB of memory, ` +
        `found ${mebibytes(available)} MiB`,
    );
  }
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 1024 ** 2);
}
