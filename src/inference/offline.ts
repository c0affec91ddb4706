/** Classifies many texts without a server: for profiles, gates and checks before a commit. */

import { availableCpus } from '../config/cpu-quota.ts';
import {
  type Classification,
  type Classifier,
  type ClassifierOptions,
  createClassifier,
} from './classifier.ts';
import { UNDETERMINED } from './language.ts';

/** Texts handed over at once: enough to keep every worker busy, few enough to show progress. */
const CHUNK = 512;
const MAX_BATCH = 32;

export type Progress = (done: number, total: number) => void;

/**
 * A classifier on all CPUs, for one who asks one chunk at a time. It keeps no classification.
 *
 * @throws ClassifierError `bad-model` where the model can't be loaded or gives other golden scores.
 */
export function openClassifier(
  files: ReadonlyMap<string, Buffer>,
  options: Partial<Pick<ClassifierOptions, 'golden' | 'identifyLanguage'>> = {},
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

/** Classifies texts of any number, in their order. */
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
