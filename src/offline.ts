/** Classifies many texts without a server: for profiles, gates and checks before a commit. */
import { type Classification, type Classifier, createClassifier } from './inference/classifier.ts';
import { availableCpus } from './inference/cpu-quota.ts';

/** Texts handed over at once: enough to keep every worker busy, few enough to show progress. */
const CHUNK = 512;
const MAX_BATCH = 16;

export type Progress = (done: number, total: number) => void;

/**
 * A classifier on all CPUs, for one who asks one chunk at a time.
 *
 * @param golden false for a version that has no `golden.json` yet.
 * @throws ClassifierError `bad-model` where the model can't be loaded or gives other golden scores.
 */
export function openClassifier(
  files: ReadonlyMap<string, Buffer>,
  golden = true,
): Promise<Classifier> {
  return createClassifier({
    files,
    workers: availableCpus(),
    maxBatch: MAX_BATCH,
    queueCapacity: CHUNK,
    golden,
    observer: {
      onDequeue: () => undefined,
      onRun: () => undefined,
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
  const { signal } = new AbortController();
  const classifications: Classification[] = [];
  for (let start = 0; start < texts.length; start += CHUNK) {
    const chunk = texts.slice(start, start + CHUNK);
    classifications.push(...(await classifier.classify(chunk, signal)));
    onProgress(start + chunk.length, texts.length);
  }
  return classifications;
}
