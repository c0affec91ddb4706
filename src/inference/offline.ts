/** Classifies many texts without a server: for profiles, gates and checks before a commit. */

import { availableCpus } from '../config/cpu-quota.ts';
import {
  type Classification,
  type Classifier,
  type ClassifierOptions,
  createClassifier,
} from './classifier.ts';
import { UNDETERMINED } from './language.ts';

/** Texts submitted at the same time: enough to keep every worker busy, few enough to show progress. */
const CHUNK = 512;
const MAX_BATCH = 32;

export type Progress = (done: number, total: number) => void;

/**
 * Opens a classifier that uses all CPUs and has no cache, for a caller that submits one chunk at a time.
 *
 * @throws ClassifierError `bad-model` if the model can't be loaded or computes other golden scores.
 */
export function openClassifier(
  files: ReadonlyMap<string, Buffer>,
  options: Partial<Pick<ClassifierOptions, 'hasGolden' | 'identifyLanguage'>> = {},
): Promise<Classifier> {
  return createClassifier({
    files,
    workers: availableCpus(),
    maxBatch: MAX_BATCH,
    queueCapacity: CHUNK,
    requestTimeoutMs: Number.POSITIVE_INFINITY,
    cacheSize: 0,
    identifyLanguage: () => ({ language: UNDETERMINED, confidence: 0 }),
    ...options,
    observer: {
      onLookUp: () => undefined,
      onDequeue: () => undefined,
      onRun: () => undefined,
      onNonSaturatingInt8: () => undefined,
      onWorkerRestart: (cause) => process.stderr.write(`a worker was replaced: ${cause.message}\n`),
    },
  });
}

/** Classifies any number of texts, in their order. */
export async function classifyAll(
  classifier: Classifier,
  texts: readonly string[],
  onProgress: Progress,
): Promise<Classification[]> {
  const classifications: Classification[] = [];
  for (let start = 0; start < texts.length; start += CHUNK) {
    const chunk = texts.slice(start, start + CHUNK);
    const answers = await classifier.classify(chunk);
    classifications.push(...answers.map(({ classification }) => classification));
    onProgress(start + chunk.length, texts.length);
  }
  return classifications;
}
